// Written by tools/operators-without-float16.py from onnx 1.23.2; not edited by hand.

/**
 * What may be float32 but not float16: a line for each of ONNX's own operators that has such an operand or result in some
 * operator set. From the operator set before each colon on: `all` of those that may be float32, or the operands / results
 * by their index, or nothing.
 */
export const WITHOUT_FLOAT16 = `
Celu 12:all 28:
CumSum 11:all 14:
DequantizeLinear 10:all 19:
DynamicQuantizeLinear 11:all
IsInf 10:all 20:
LayerNormalization 17:/1,2
NonMaxSuppression 10:all
QLinearConv 10:all
QLinearMatMul 10:all 21:
QuantizeLinear 10:all 19:
Range 11:all 27:
Resize 10:1/ 11:2/
TfIdfVectorizer 9:all
Upsample 9:1/
`;

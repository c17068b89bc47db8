// The yardstick of a conversion: reads a model, decodes it, encodes it again and writes it, with nothing done to it.
// node bench/tools/reencode.js FROM TO
import { readFileSync, writeFileSync } from 'node:fs';
import proto from 'onnx-proto';

const { onnx } = proto;
const [from, to] = process.argv.slice(2);
writeFileSync(to, onnx.ModelProto.encode(onnx.ModelProto.decode(readFileSync(from))).finish());

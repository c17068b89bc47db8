/**
 * Every row of the operator table, by family. A family file exports rows and types, nothing else; a new family is one
 * line here.
 */
export * from './convolution.js';
export * from './dropout.js';
export * from './identity.js';
export * from './matrix-product.js';
export * from './normalization.js';
export * from './pooling.js';
export * from './softmax.js';
export * from './transposed-convolution.js';

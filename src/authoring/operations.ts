/**
 * The operations a model is written with. Two axes meet only if their names match: elementwise operations repeat
 * the operand with fewer axes by name, and everything else says which axes it wants in its signature.
 */
export { scope } from "../ir/scope.js";
export * from "./operations/constants.js";
export * from "./operations/elementwise.js";
export * from "./operations/layout.js";
export * from "./operations/lookup.js";
export * from "./operations/products.js";
export * from "./operations/reductions.js";
export * from "./operations/sparse.js";

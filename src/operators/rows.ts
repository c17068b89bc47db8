/**
 * Every row of the operator table, by family. A family file exports rows and types, nothing else; a new family is one
 * line here.
 */
export * from './identity.js';

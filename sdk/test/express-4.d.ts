/** `express-4` is an alias of express 4, for which no alias of the types exists; 5's serve the tests. */
declare module 'express-4' {
  export { default } from 'express';
}

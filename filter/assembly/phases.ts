/**
 * Whether this module looks at responses: `meshspan.wasm` does. `meshspan-request.wasm` does not, which the compiler is told by
 * `--use REQUEST_ONLY=1` (asconfig.json). A constant, so that what stands behind it is left out of the module.
 */
export const SEES_RESPONSES: bool = !isDefined(REQUEST_ONLY);

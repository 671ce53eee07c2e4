/** WebAssembly is in TypeScript's `dom` library only; this is the part of it that a host needs. */
declare namespace WebAssembly {
  class Module {
    constructor(bytes: Uint8Array);
    static exports(module: Module): { readonly name: string; readonly kind: string }[];
    static imports(
      module: Module,
    ): { readonly module: string; readonly name: string; readonly kind: string }[];
  }

  class Instance {
    constructor(module: Module, imports: Record<string, Record<string, unknown>>);
    readonly exports: Exports;
  }

  interface Exports {
    readonly memory: unknown;
    readonly [name: string]: unknown;
  }

  class Memory {
    readonly buffer: ArrayBuffer;
  }

  /** A trap. */
  class RuntimeError extends Error {}
}

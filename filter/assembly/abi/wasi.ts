/** The functions of WASI that Envoy offers and the filter uses. */

// @ts-ignore: decorator
@external('wasi_snapshot_preview1', 'environ_sizes_get')
export declare function environ_sizes_get(count: usize, size: usize): u32;

// @ts-ignore: decorator
@external('wasi_snapshot_preview1', 'environ_get')
export declare function environ_get(pointers: usize, buffer: usize): u32;

import { environ_get, environ_sizes_get } from './wasi';

/** Environment variables, which Envoy gives a VM by WASI (`vm_config.environment_variables`; Istio `vmConfig.env`). */

/** The value of a variable, or null when it is not set. For configuration only. */
export function environmentVariable(name: string): string | null {
  const sizes = new StaticArray<u32>(2);
  const at = changetype<usize>(sizes);
  if (environ_sizes_get(at, at + 4) != 0 || sizes[0] == 0) return null;
  const pointers = new StaticArray<u32>(<i32>sizes[0]);
  const buffer = new StaticArray<u8>(<i32>sizes[1]);
  if (environ_get(changetype<usize>(pointers), changetype<usize>(buffer)) != 0) return null;
  const start = `${name}=`;
  for (let i = 0; i < pointers.length; i++) {
    // Each ends with NUL (WASI `environ_get`).
    const text = String.UTF8.decodeUnsafe(pointers[i], <usize>sizes[1], true);
    if (text.startsWith(start)) return text.substring(start.length);
  }
  return null;
}

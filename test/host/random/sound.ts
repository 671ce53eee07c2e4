import { filterModule } from '../filter.ts';
import type { Context } from '../proxy/context.ts';
import { ProxyProcess } from '../proxy/proxy-process.ts';
import type { Vm } from '../proxy/vm.ts';
import { govern } from './model.ts';

/**
 * Cases of all random tests together; `npm test` runs 200,000. More of them for a long run:
 * `MESHSPAN_RANDOM_CASES=2000000`.
 */
export const CASES: number = Number(process.env.MESHSPAN_RANDOM_CASES ?? 200_000);
/** Milliseconds for a part of them; on an idle machine each takes one or two. */
export const TIME: number = 120_000 + CASES * 10;

/** Bytes that one callback may ask the arena for (`abi/arena.ts`). */
const LIMIT = 1024 * 1024;

/** An address that the arena gives first whenever it is empty: that of its fixed block. */
const EMPTY = new ProxyProcess().startVm(filterModule).call('proxy_on_memory_allocate', 8);

/** Only resets: the filter knows no such stream. */
export function reset(vm: Vm): void {
  vm.call('proxy_on_request_headers', 0xffff_ffff, 0, 1);
}

/** A sound module: nothing outside its memory, an arena that is empty after a reset, memory in bounds. */
export function expectSound(vm: Vm, bound: number): void {
  if (vm.outOfBounds !== 0) throw new Error('the module handed over a range outside its memory');
  reset(vm);
  if (vm.call('proxy_on_memory_allocate', 8) !== EMPTY)
    throw new Error('the arena is not empty after a reset');
  if (vm.memory.size > bound) throw new Error(`the memory has ${vm.memory.size} bytes, more than ${bound}`);
}

/** The arena still gives all that one callback may ask for, and not a byte more. */
export function expectWholeArena(vm: Vm): void {
  reset(vm);
  const whole = vm.call('proxy_on_memory_allocate', LIMIT);
  const more = vm.call('proxy_on_memory_allocate', LIMIT);
  reset(vm);
  if (whole === 0 || more !== 0) throw new Error(`the arena gave ${whole}, and then ${more}`);
}

/** What stands on a span must be text, whatever came in. */
export function expectText(stream: Context): void {
  for (const value of stream.filterState?.values() ?? []) {
    const text = Buffer.from(value).toString('utf8');
    if (value.length === 0 || govern(value, 4096, true) !== text) throw new Error(`not a text: ${text}`);
  }
}

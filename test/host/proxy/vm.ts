import { type HeaderMapName, Status } from './abi.ts';
import type { Value } from './bytes.ts';
import { type Argument, CallRecord } from './call-record.ts';
import { Context, type Plugin } from './context.ts';
import type { Answer } from './guest.ts';
import { GuestMemory } from './guest-memory.ts';
import type { Headers } from './header-map.ts';
import { hostCalls } from './host-calls.ts';
import { Metrics } from './metrics.ts';
import type { PropertyTree } from './properties.ts';
import type { ProxyProcess } from './proxy-process.ts';
import { wasiCalls } from './wasi.ts';

/** Says whether a host call is to fail, and with which status; undefined lets it pass. */
export type Fault = (name: string) => number | undefined;

/** A request as it arrives. */
export interface Request {
  readonly headers?: Headers;
  /** Attributes of the stream; they stand before those of the proxy. */
  readonly properties?: PropertyTree;
}

/** A response as it arrives: its headers (`:status` too), and the attributes that come with it. */
export type Response = Request;

type Exported = (...given: number[]) => number | undefined;

/**
 * One instance of a module in a proxy, called as proxy-wasm-cpp-host `WasmBase` and Envoy's filter call it.
 * A trap is thrown on to the test as `WebAssembly.RuntimeError`.
 */
export class Vm {
  readonly proxy: ProxyProcess;
  readonly memory: GuestMemory;
  readonly metrics: Metrics;
  readonly record: CallRecord = new CallRecord();
  /** Host calls that the test wants to fail. */
  fault: Fault | undefined;
  /** Ranges outside its memory that the module has handed to the host. A sound module never does. */
  outOfBounds = 0;
  readonly #exports: WebAssembly.Exports;
  readonly #contexts: Map<number, Context> = new Map();
  #current: Context;
  #effective = 0;
  #lastId = 0;
  /** Why host calls are not allowed just now; undefined when they are. */
  #restricted: string | undefined;

  constructor(proxy: ProxyProcess, module: WebAssembly.Module) {
    this.proxy = proxy;
    this.metrics = new Metrics(proxy.stats);
    this.#current = new Context(0, undefined, undefined, [], false);
    this.#contexts.set(0, this.#current);
    const guest = {
      proxy,
      metrics: this.metrics,
      vm: this,
      get memory(): GuestMemory {
        return this.vm.memory;
      },
      get context(): Context {
        return this.vm.#actingContext();
      },
      get current(): Context {
        return this.vm.#current;
      },
      setEffectiveContext: (id: number) => this.#setEffectiveContext(id),
      handOver: (bytes: Uint8Array, addressAt: number, sizeAt: number) =>
        this.#handOver(bytes, addressAt, sizeAt),
      perform: (name: string, given: readonly Argument[], act: () => Answer) =>
        this.#perform(name, given, act),
    };
    this.#exports = new WebAssembly.Instance(module, {
      env: hostCalls(guest),
      wasi_snapshot_preview1: wasiCalls(guest),
    }).exports;
    this.memory = new GuestMemory(this.#exports.memory as WebAssembly.Memory);
    // `WasmBase::startVm`: nothing but the log may be called yet.
    this.#restricted = 'while the module starts';
    this.call('_initialize');
    this.#restricted = undefined;
  }

  /** A root context for a plugin; `properties` stand before those of the proxy. */
  createRoot(plugin: Plugin, properties: PropertyTree = {}): Context {
    const trees = [properties, this.proxy.properties];
    const root = new Context(this.#nextId(), undefined, plugin, trees, false);
    this.#create(root, 0);
    return root;
  }

  /** Hands a configuration to a plugin; true when the module takes it. */
  configure(root: Context, configuration: Value): boolean {
    const size = root.setBuffer('PluginConfiguration', configuration);
    const answer = this.#callback(root, 'proxy_on_configure', root.id, size);
    // `Context::getBuffer` has the configuration in this callback only.
    root.buffers.delete('PluginConfiguration');
    return answer !== 0;
  }

  /**
   * A stream context. Envoy creates it in front of its first callback (`Context::decodeHeaders`). Its id is the next
   * one; a test may give that of a stream that is gone, as ids come again after 2^32 of them.
   */
  createStream(root: Context, request: Request = {}, id: number = this.#nextId()): Context {
    const trees = [request.properties ?? {}, this.proxy.properties];
    const stream = new Context(id, root, root.plugin, trees, true);
    stream.setHeaders('RequestHeaders', request.headers ?? []);
    this.#create(stream, root.id);
    return stream;
  }

  /** The module's `proxy_action_t`. */
  requestHeaders(stream: Context, endOfStream = true): number | undefined {
    return this.#headers(stream, 'RequestHeaders', 'proxy_on_request_headers', endOfStream);
  }

  /** The module's `proxy_action_t`; undefined where it does not look at responses. */
  responseHeaders(stream: Context, response: Response = {}, endOfStream = true): number | undefined {
    stream.setHeaders('ResponseHeaders', response.headers ?? []);
    if (response.properties !== undefined) stream.addProperties(response.properties);
    return this.#headers(stream, 'ResponseHeaders', 'proxy_on_response_headers', endOfStream);
  }

  /** The timer that `proxy_set_tick_period_milliseconds` asked for, when its time has come. */
  tick(root: Context): void {
    this.#callback(root, 'proxy_on_tick', root.id);
  }

  /** Ends a context, with the callbacks that the module has for it. */
  destroy(context: Context): void {
    for (const name of ['proxy_on_done', 'proxy_on_log', 'proxy_on_delete']) {
      this.#callback(context, name, context.id);
    }
    this.#contexts.delete(context.id);
  }

  /** Calls an exported function; one that the module does not export is passed over, as Envoy does. */
  call(name: string, ...given: number[]): number | undefined {
    const exported = this.#exports[name] as Exported | undefined;
    if (exported === undefined) return undefined;
    this.record.entry(name);
    return exported(...given);
  }

  /** Headers can be reached in their own phase, and longer only when the module stops the stream there. */
  #headers(stream: Context, map: HeaderMapName, callback: string, endOfStream: boolean): number | undefined {
    stream.phase = map;
    const count = stream.headers(map)?.size ?? 0;
    const action = this.#callback(stream, callback, stream.id, count, endOfStream ? 1 : 0);
    if (action === undefined || action === 0) stream.phase = undefined;
    return action;
  }

  #nextId(): number {
    this.#lastId += 1;
    return this.#lastId;
  }

  #create(context: Context, parentId: number): void {
    this.#contexts.set(context.id, context);
    this.#callback(context, 'proxy_on_context_create', context.id, parentId);
  }

  /** `SaveRestoreContext`: a callback begins with no effective context. */
  #callback(context: Context, name: string, ...given: number[]): number | undefined {
    const before = this.#current;
    this.#current = context;
    this.#effective = 0;
    try {
      return this.call(name, ...given);
    } finally {
      this.#current = before;
      this.#effective = 0;
    }
  }

  /** `ContextOrEffectiveContext`. */
  #actingContext(): Context {
    return (this.#effective === 0 ? undefined : this.#contexts.get(this.#effective)) ?? this.#current;
  }

  #setEffectiveContext(id: number): boolean {
    if (!this.#contexts.has(id)) return false;
    this.#effective = id;
    return true;
  }

  /** `WasmBase::copyToPointerSize`: nothing is allocated for an empty value, whose address is 0. */
  #handOver(bytes: Uint8Array, addressAt: number, sizeAt: number): boolean {
    let address = 0;
    if (bytes.length > 0) {
      this.#restricted = 'while the module allocates memory';
      address = (this.call('proxy_on_memory_allocate', bytes.length) ?? 0) >>> 0;
      this.#restricted = undefined;
      if (address === 0 || !this.memory.write(address, bytes)) return false;
    }
    return this.memory.writeWord(addressAt, address) && this.memory.writeWord(sizeAt, bytes.length);
  }

  #perform(name: string, given: readonly Argument[], act: () => Answer): number {
    if (this.#restricted !== undefined && name !== 'proxy_log') {
      throw new Error(`the module called ${name} ${this.#restricted}`);
    }
    if (given.includes(undefined)) this.outOfBounds += 1;
    const wanted = this.fault?.(name);
    const answer = wanted === undefined || wanted === Status.Ok ? act() : { status: wanted };
    this.record.call({ name, arguments: given, status: answer.status, value: answer.value });
    return answer.status;
  }
}

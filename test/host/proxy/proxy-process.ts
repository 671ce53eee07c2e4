import type { LogLevel } from './abi.ts';
import { Stats } from './metrics.ts';
import type { PropertyTree } from './properties.ts';
import { SharedData } from './shared-data.ts';
import { Vm } from './vm.ts';

/** A line that a module logged. */
export interface LogLine {
  readonly level: LogLevel;
  readonly message: string;
}

/**
 * A proxy's process: what its VMs share. Envoy runs one VM for the main thread and one for each worker.
 */
export class ProxyProcess {
  readonly sharedData: SharedData = new SharedData();
  readonly stats: Stats = new Stats();
  readonly log: LogLine[] = [];
  /** Attributes that hold for the whole process, `xds.node` above all. */
  readonly properties: PropertyTree;
  /** `vm_config.environment_variables`. */
  readonly environment: Readonly<Record<string, string>>;
  #time = 1_700_000_000_000_000_000n;

  constructor(properties: PropertyTree = {}, environment: Readonly<Record<string, string>> = {}) {
    this.properties = properties;
    this.environment = environment;
  }

  /** Nanoseconds since 1970. Stands still until a test moves it. */
  now(): bigint {
    return this.#time;
  }

  /** Moves the clock by seconds, back too. */
  advance(seconds: number): void {
    this.#time += BigInt(Math.round(seconds * 1e9));
  }

  startVm(module: WebAssembly.Module): Vm {
    return new Vm(this, module);
  }
}

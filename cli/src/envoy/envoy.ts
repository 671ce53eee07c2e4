/** What the ways to run Envoy have in common. */
import type { Endpoint } from '../config/model.ts';

/** What to start Envoy with. */
export interface EnvoyStart {
  /** Name for messages and for `--service-node`. */
  readonly name: string;
  /** The bootstrap, as `generate/envoy-bootstrap.ts` makes it, listening where `place` said. */
  readonly bootstrap: object;
  /** Port that its listener gets on this machine; 0 for a free one. */
  readonly port: number;
  /** Worker threads; each has a Wasm VM of its own. Default 1. */
  readonly concurrency?: number;
}

/** Where an Envoy is to listen, as it sees it. */
export interface EnvoyPlace {
  readonly listen: Endpoint;
  readonly admin: Endpoint;
}

/** An Envoy that serves. */
export interface RunningEnvoy {
  /** Base URL of a listener, as a client on this machine reaches it. Throws on a name that is not there. */
  url(listener: string): string;
  /** Base URL of the admin interface. */
  readonly admin: string;
  /** Process id on this machine, where it has one. */
  readonly pid?: number;
  /** The last lines of its log. */
  lines(): readonly string[];
  /** Ends it, and resolves when it is gone. */
  stop(): Promise<void>;
}

/** A way to run Envoy: a binary on this machine, or a container. */
export interface EnvoyLauncher {
  /** In words, for test names and messages. */
  readonly description: string;
  /** Host under which Envoy reaches a server that listens on this machine's loopback. */
  readonly hostFromEnvoy: string;
  /** What the bootstrap has to listen on so that this machine reaches `port` (0: a free one). */
  place(port: number): EnvoyPlace;
  /** Path, as Envoy sees it, of a file on this machine. To be called before `start`. */
  share(path: string): string;
  start(options: EnvoyStart): Promise<RunningEnvoy>;
}

/** The releases of Istio that the mesh runs on, newest first: the code of each, and the Envoy that fits. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ENVOY_OF_ISTIO, isAtLeast } from '@meshspan/cli/config/versions.ts';
import { ENVOY_OF_RELEASE } from '@meshspan/cli/envoy/versions.ts';
import { agentBootstrapTemplate } from '../tools/istio.ts';
import type { Tool } from '../tools/tool.ts';
import { crane, otelcol, pilotAgent, pilotAgent129, xdsd, xdsd129 } from '../tools/tools.ts';

export interface Release {
  /** As `meshspan generate --istio` has it. */
  readonly istio: string;
  /** As its programs say it of themselves. */
  readonly version: string;
  /** Version and commit that test/tools/istio pins, for people. */
  readonly code: string;
  readonly controlPlane: Tool;
  readonly agent: Tool;
  /** What a mesh of it needs beside Envoy. */
  readonly tools: readonly Tool[];
  /** File of the agent's `--templateFile`. */
  template(): Promise<string>;
  /** Upstream's Envoy that its proxy is made of, as on PyPI. */
  readonly envoy: string;
  /** `filter.attach` of meshspan.yaml: each kind of resource that it knows. */
  readonly attach: readonly Attach[];
}

export type Attach = 'wasmPlugin' | 'trafficExtension';

export const RELEASES: readonly [Release, ...Release[]] = [
  release('1.31', '1.31', [xdsd, pilotAgent], 'go.mod'),
  release('1.29', '1.29.1', [xdsd129, pilotAgent129], 'istio129.mod'),
];

/** That of this run: the newest, unless vitest's project names another. */
export const RELEASE: Release = releaseOf(process.env.MESHSPAN_ISTIO_RELEASE ?? RELEASES[0].istio);

function release(
  istio: string,
  version: string,
  [controlPlane, agent]: readonly [Tool, Tool],
  modfile: string,
): Release {
  const mod = readFileSync(join(import.meta.dirname, '../tools/istio', modfile), 'utf8');
  const [, commit] = /^\s*istio\.io\/istio v0\.0\.0-\d+-(\w+)$/m.exec(mod) ?? [];
  return {
    ...{ istio, version, code: `${version} (${commit})` },
    ...{ controlPlane, agent, tools: [crane, otelcol, controlPlane, agent] },
    template: () => agentBootstrapTemplate(modfile),
    envoy: ENVOY_OF_RELEASE[ENVOY_OF_ISTIO[istio] ?? ''] ?? '',
    attach: isAtLeast(istio, '1.30') ? ['wasmPlugin', 'trafficExtension'] : ['wasmPlugin'],
  };
}

function releaseOf(istio: string): Release {
  const found = RELEASES.find((release) => release.istio === istio);
  if (found !== undefined) return found;
  throw new Error(`no release ${istio}; there are ${RELEASES.map((release) => release.istio).join(', ')}`);
}

import { join } from 'node:path';
import { run } from '@meshspan/cli/process/run.ts';
import { moduleFolder } from './go-tool.ts';
import { crdcheck, istioctl } from './tools.ts';
import { judge } from './verdict.ts';

/**
 * `istioctl validate`: Istio's own rules, those of its admission webhook. It stops at the first field of a
 * resource that does not parse; `checkCrds` names all of them.
 */
export async function validateIstio(files: readonly string[]): Promise<string> {
  return judge(await istioctl.path(), ['validate', ...files.flatMap((file) => ['-f', file])]);
}

/** A finding of `istioctl analyze` (https://istio.io/latest/docs/reference/config/analysis/). */
export interface AnalysisMessage {
  /** `IST0101` and the like. */
  readonly code: string;
  readonly level: 'Error' | 'Warning' | 'Info';
  readonly message: string;
  /** The resource: `Telemetry default/mesh`. */
  readonly origin: string;
}

/**
 * `istioctl analyze` on files only: what the resources mean to each other. Resolves with all that it finds,
 * also errors; rejects when it cannot read a file. `meshConfig` is a file with the MeshConfig.
 */
export async function analyzeIstio(
  files: readonly string[],
  { meshConfig }: { readonly meshConfig?: string } = {},
): Promise<readonly AnalysisMessage[]> {
  const mesh = meshConfig === undefined ? [] : ['--meshConfigFile', meshConfig];
  const args = ['analyze', '--use-kube=false', '--all-namespaces', '--output', 'json', ...mesh, ...files];
  const { status, stdout, stderr } = await run(await istioctl.path(), args);
  // 79: it read everything, and found an error (istioctl/pkg/analyze, AnalyzerFoundIssuesError).
  if (status === 0 || status === 79) return JSON.parse(stdout) as readonly AnalysisMessage[];
  throw new Error(`istioctl analyze ended with ${status}: ${stdout}${stderr}`);
}

/**
 * `istioctl manifest generate`: the Kubernetes resources that `istioctl install` would apply for these
 * IstioOperators, laid over each other. Needs no cluster: Istio's charts are in the program.
 */
export async function generateManifest(files: readonly string[]): Promise<string> {
  return judge(await istioctl.path(), ['manifest', 'generate', ...files.flatMap((file) => ['-f', file])]);
}

/**
 * What a Kubernetes API server would say of the resources of Istio and of the Gateway API (it refuses any
 * other kind, a ConfigMap too, as unknown): the schemas of their CustomResourceDefinitions,
 * unknown fields, and their CEL rules. Of one resource it judges these one after the other, and stops at the
 * first of the three that finds something, of which it names all. About half a second.
 */
export async function checkCrds(files: readonly string[]): Promise<string> {
  // Istio's package for its own tests warns of folders of its build unless it is told that they are there.
  const quiet = ['TARGET_OUT=.', 'LOCAL_OUT=.'];
  const crds = [await istioCrds(), await gatewayCrds()].flatMap((file) => ['--crds', file]);
  return judge('env', [...quiet, await crdcheck.path(), ...crds, ...files]);
}

/**
 * pilot-agent's `--templateFile`: the bootstrap that it starts Envoy with, of the same commit as the agent. For
 * pilot-agent129 `modfile` is istio129.mod.
 */
export async function agentBootstrapTemplate(modfile?: string): Promise<string> {
  const istio = await moduleFolder('istio', 'istio.io/istio', modfile);
  return join(istio, 'tools', 'packaging', 'common', 'envoy_bootstrap.json');
}

/** The file with Istio's CustomResourceDefinitions, in Go's module cache: it is as long as this project. */
export async function istioCrds(): Promise<string> {
  const api = await moduleFolder('istio', 'istio.io/api');
  return join(api, 'kubernetes', 'customresourcedefinitions.gen.yaml');
}

/** The file with those of the Gateway API, at the version that Istio's own tests use: waypoints are Gateways. */
export async function gatewayCrds(): Promise<string> {
  const istio = await moduleFolder('istio', 'istio.io/istio');
  return join(istio, 'tests', 'integration', 'pilot', 'testdata', 'gateway-api-crd.yaml');
}

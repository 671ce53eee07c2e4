import { join } from 'node:path';
import { moduleFolder } from './go-tool.ts';
import { crdcheck } from './tools.ts';
import { judge } from './verdict.ts';

/** What a Kubernetes API server would say of Flagger's resources (Canary, MetricTemplate); as `checkCrds`. */
export async function checkFlagger(files: readonly string[]): Promise<string> {
  // Istio's package for its own tests warns of folders of its build unless it is told that they are there.
  const quiet = ['TARGET_OUT=.', 'LOCAL_OUT=.'];
  const flagger = await moduleFolder('flagger', 'github.com/fluxcd/flagger');
  const crds = join(flagger, 'artifacts', 'flagger', 'crd.yaml');
  return judge('env', [...quiet, await crdcheck.path(), '--crds', crds, ...files]);
}

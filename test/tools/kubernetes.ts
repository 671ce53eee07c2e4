import { kubecheck } from './tools.ts';
import { judge } from './verdict.ts';

/**
 * Has the API server's own code judge a file of Deployments, Services, ConfigMaps and ServiceAccounts: unknown
 * fields, and everything that it validates before admission. Rejects with its words.
 */
export async function validateKubernetes(file: string): Promise<string> {
  return judge(await kubecheck.path(), [file]);
}

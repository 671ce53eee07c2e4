import { dashcheck } from './tools.ts';
import { judge } from './verdict.ts';

/** Grafana's own schemas of dashboards, panels and queries: unknown fields, types, bounds. */
export async function checkDashboards(files: readonly string[]): Promise<string> {
  return judge(await dashcheck.path(), files);
}

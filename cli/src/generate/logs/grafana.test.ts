import { expect, it } from 'vitest';
import { parse } from 'yaml';
import { toMesh } from '../../config/load.ts';
import { parseSource } from '../../config/source.ts';
import { NEWEST } from '../../config/versions.ts';
import { generateFiles } from '../targets.ts';

interface Datasources {
  readonly datasources: readonly {
    readonly uid: string;
    readonly type: string;
    readonly jsonData: unknown;
  }[];
}

it('uids are those that Grafana takes, and the links find them, also in a mesh with a long name', () => {
  const name = 'the-shop-of-a-company-with-a-very-long-name';
  const text = `name: ${name}\nbackends: { traces: ["tempo://tempo", "jaeger://jaeger"], logs: loki }\n`;
  const files = generateFiles(['logs'], toMesh(parseSource(text, 'meshspan.yaml')), NEWEST);
  const file = files.find(({ path }) => path === 'logs/grafana-datasources.yaml');
  const { datasources } = parse(file?.text ?? '') as Datasources;
  const uids = datasources.map(({ uid }) => uid);
  expect(new Set(uids).size).toBe(3);
  for (const uid of uids) expect(uid.length).toBeLessThanOrEqual(40);
  expect(datasources.find(({ type }) => type === 'loki')?.jsonData).toMatchObject({
    derivedFields: [{ datasourceUid: datasources.find(({ type }) => type === 'tempo')?.uid }],
  });
});

import { expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import { type AlloyBlock, parseAlloy } from '../../tools/alloy.ts';
import { describeWithTools } from '../../tools/describe.ts';
import { fixture } from '../../tools/fixture.ts';
import { alloysyntax } from '../../tools/tools.ts';
import { generated, textOf } from '../generated.ts';
import { ATTRIBUTES } from './access-log.ts';

const FILES = generated('logs', stringify({ attributes: ATTRIBUTES, logs: { container: 'envoy' } }));

await describeWithTools(
  "the generated configuration of Alloy, as Alloy's parser reads it",
  [alloysyntax],
  () => {
    it('is printed as `alloy fmt` prints it', async () => {
      const text = textOf(FILES, 'logs/alloy.alloy');
      const { formatted } = await parseAlloy(await fixture('a.alloy', text));
      expect(`${formatted}\n`).toBe(text);
    });

    it('refers only to components that it has', async () => {
      const blocks = await read();
      const components = blocks.map(({ name, label }) => `${name}.${label}`);
      const references = blocks
        .flatMap(({ attributes }) => [attributes.targets, attributes.forward_to])
        .flat()
        .filter((value) => value !== undefined)
        .map((value) => String(value).replace(/\.\w+$/, ''));
      expect(references).toHaveLength(4);
      for (const reference of references) expect(components).toContain(reference);
    });

    // Alloy's stages are those of Promtail, and Promtail has shipped a line of Envoy through them (promtail.test.ts).
    it('has the rules and the stages that Promtail has', async () => {
      const promtail = parse(textOf(FILES, 'logs/promtail.yaml')) as Promtail;
      const [scrape] = promtail.scrape_configs;
      const [, matched, metadata, dropped] = scrape?.pipeline_stages ?? [];
      const blocks = await read();

      const rules = find(blocks, 'discovery.relabel').blocks.map(({ attributes }) => attributes);
      expect(rules).toEqual(scrape?.relabel_configs.slice(0, rules.length));
      expect(rules).not.toHaveLength(0);

      const process = find(blocks, 'loki.process').blocks;
      const match = find(process, 'stage.match');
      expect(match.attributes).toEqual({ selector: matched?.match?.selector });
      expect(
        match.blocks.map(({ name, attributes }) => ({ [name.replace('stage.', '')]: valuesOf(attributes) })),
      ).toEqual(matched?.match?.stages.map(withEmptyText));
      expect(find(process, 'stage.structured_metadata').attributes.values).toEqual(
        withEmptyText(metadata?.structured_metadata ?? {}),
      );
      // Each drops what it has set of its own accord, besides the pod.
      expect(dropped?.labeldrop).toContain('pod');
      expect(find(process, 'stage.label_drop').attributes.values).toContain('pod');
    });
  },
);

interface Promtail {
  readonly scrape_configs: readonly {
    readonly relabel_configs: readonly object[];
    readonly pipeline_stages: readonly {
      readonly match?: { readonly selector: string; readonly stages: readonly object[] };
      readonly structured_metadata?: object;
      readonly labeldrop?: readonly string[];
    }[];
  }[];
}

async function read(): Promise<readonly AlloyBlock[]> {
  return (await parseAlloy(await fixture('a.alloy', textOf(FILES, 'logs/alloy.alloy')))).blocks;
}

function find(blocks: readonly AlloyBlock[], name: string): AlloyBlock {
  const block = blocks.find((one) => one.name === name);
  if (block === undefined) throw new Error(`no ${name}`);
  return block;
}

/** Some stages of Promtail are what those of Alloy have as `values`. */
function valuesOf({ values, ...rest }: AlloyBlock['attributes']): unknown {
  return values ?? rest;
}

/** "As it is called" is null in Promtail and an empty text in Alloy. */
function withEmptyText<T extends object>(value: T): T {
  return JSON.parse(JSON.stringify(value, (_key, inner: unknown) => inner ?? ''));
}

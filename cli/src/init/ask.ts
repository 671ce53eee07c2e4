import { input, select } from '@inquirer/prompts';
import { mistakesOf } from '../config/load.ts';
import { parseSource } from '../config/source.ts';
import type { Answers } from './template.ts';

/** What `meshspan validate` would say of it, such as a port on which nothing takes spans. */
function mistakeOf(tracing: string): string | undefined {
  const [mistake] = mistakesOf(parseSource(JSON.stringify({ backends: { tracing } }), ''));
  return mistake && `${mistake.expected}; got ${mistake.got}`;
}

const NAME = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/;
const TRACING = /^(?:otlp|otlp\+http|zipkin|datadog|skywalking):\/\/[^\s/:]+(?::[0-9]{1,5})?$/;

/** Asks on the terminal, with the given answers as what Enter means. Rejects with ExitPromptError on Ctrl-C. */
export async function ask(given: Answers): Promise<Answers> {
  const name = await input({
    message: 'Name of the mesh',
    default: given.name,
    validate: (text) => NAME.test(text) || 'a DNS label: a-z, 0-9 and minus, at most 63',
  });
  const environment = await select<Answers['environment']>({
    message: 'Environment (how much is sampled)',
    choices: [
      { value: 'production', name: 'production: 1 %' },
      { value: 'staging', name: 'staging: 10 %' },
      { value: 'development', name: 'development: 100 %' },
    ],
    default: given.environment,
  });
  const tracing = await input({
    message: 'Where proxies send spans',
    default: given.tracing,
    validate: (text) =>
      TRACING.test(text)
        ? (mistakeOf(text) ?? true)
        : 'otlp://, otlp+http://, zipkin://, datadog:// or skywalking://host:port',
  });
  const trust = await select<Answers['trust']>({
    message: 'Who may say who the user is (x-user-id, x-tenant-id)',
    choices: [
      { value: 'mesh', name: 'workloads of the mesh (mTLS)' },
      { value: 'edge', name: 'nobody: this is an edge' },
      { value: 'none', name: 'everybody: something in front takes care' },
    ],
    default: given.trust,
  });
  const tenants = await input({
    message: 'Tenants whose names may stand on spans (a, b; empty: all)',
    default: '',
  });
  return {
    ...{ name, environment, tracing, trust },
    tenants: tenants.split(/[\s,]+/).filter((tenant) => tenant !== ''),
  };
}

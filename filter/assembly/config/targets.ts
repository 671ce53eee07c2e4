import { currentTimeNanoseconds } from '../abi/host';
import { SEES_RESPONSES } from '../phases';
import { MetricSeries, seriesOf } from '../write/metric';
import { describe, Fields } from './fields';
import { isToken, writableHeader } from './header-name';
import { JsonKind } from './json';
import { Targets } from './plan';
import { Code } from './problems';
import { split } from './split';

const FIELDS: string[] = split('header baggage responseHeader metric', ' ');
/** Values of one attribute that have counters of their own, where it sets no `maxDistinct`. */
const DEFAULT_SERIES: i32 = 100;

/** Where an attribute goes beside filter state; null for nowhere. */
export function compileTargets(attribute: Fields, key: string, maxDistinct: i32): Targets | null {
  const json = attribute.of('to', JsonKind.Record);
  if (json === null) return null;
  const fields = attribute.inner(json, 'to');
  const targets = new Targets();
  if (fields.only(FIELDS)) {
    targets.header = writableHeader(fields, 'header');
    targets.responseHeader = writableHeader(fields, 'responseHeader');
    if (!SEES_RESPONSES && targets.responseHeader !== null) fields.refuseResponse('responseHeader');
    compileBaggage(fields, key, targets);
    targets.metric = compileMetric(fields, key, maxDistinct > 0 ? maxDistinct : DEFAULT_SERIES);
    const isEmpty =
      targets.header === null &&
      targets.responseHeader === null &&
      targets.baggageMember === null &&
      targets.metric === null;
    if (isEmpty && !fields.wrong) {
      fields.tell(Code.WrongValue, fields.path, `at least one of ${FIELDS.join(', ')}`, 'none');
    }
  }
  if (fields.wrong) attribute.wrong = true;
  return targets;
}

function compileBaggage(fields: Fields, key: string, targets: Targets): void {
  const json = fields.json.get('baggage');
  if (json === null) return;
  if (json.kind == JsonKind.Boolean) {
    if (json.truth) targets.baggageMember = String.UTF8.encode(key);
  } else if (json.kind == JsonKind.Text && isToken(json.text)) {
    targets.baggageMember = String.UTF8.encode(json.text);
  } else {
    const expected = 'true, or the name of a member: a token';
    fields.refuse('baggage', expected, describe(json));
  }
}

/** Counters are told apart by the response's status, and count attributes of the response too. */
function compileMetric(fields: Fields, key: string, most: i32): MetricSeries | null {
  if (!fields.flag('metric')) return null;
  if (!SEES_RESPONSES) {
    fields.refuseResponse('metric');
    return null;
  }
  // The time is a number that nobody outside knows to the nanosecond.
  return seriesOf(labelOf(key), most, currentTimeNanoseconds());
}

/** The name of a Prometheus label: `tenant_id` of `tenant.id`. */
function labelOf(key: string): string {
  let label = '';
  for (let i = 0; i < key.length; i++) {
    const c = key.charCodeAt(i);
    label += c == 0x2e || c == 0x2d ? '_' : String.fromCharCode(c);
  }
  return label;
}

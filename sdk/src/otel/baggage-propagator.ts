import {
  type Baggage,
  type Context,
  propagation,
  type TextMapGetter,
  type TextMapPropagator,
  type TextMapSetter,
} from '@opentelemetry/api';
import { parseBaggage } from '../formats/baggage.ts';
import { BAGGAGE } from '../formats/header-names.ts';
import { textOf } from '../formats/incoming-headers.ts';
import { baggageOf, ReceivedBaggage } from './received-baggage.ts';
import { isSuppressed } from './suppressed.ts';

/**
 * An OpenTelemetry propagator for W3C baggage, within 64 members and 8,192 bytes both ways. What is malformed
 * or beyond them is dropped member by member and published on `meshspan:refused`.
 *
 * OpenTelemetry gives a propagator no host, so that this one sends to every host. Where baggage must stay inside
 * the mesh, leave it out: the middleware carries baggage too, to mesh hosts only.
 */
export class BaggagePropagator implements TextMapPropagator {
  inject(context: Context, carrier: unknown, setter: TextMapSetter): void {
    const baggage = propagation.getBaggage(context);
    if (baggage === undefined || isSuppressed(context)) return;
    const value = baggage instanceof ReceivedBaggage ? baggage.received : parseBaggage(format(baggage));
    if (value !== undefined) setter.set(carrier, BAGGAGE, value);
  }

  extract(context: Context, carrier: unknown, getter: TextMapGetter): Context {
    const value = textOf(getter.get(carrier, BAGGAGE));
    const checked = value === undefined ? undefined : parseBaggage(value);
    if (checked === undefined) return context;
    return propagation.setBaggage(context, baggageOf(checked));
  }

  fields(): string[] {
    return [BAGGAGE];
  }
}

/** https://www.w3.org/TR/baggage/#definition: values are percent-encoded, keys and properties go as they are. */
function format(baggage: Baggage): string {
  return baggage
    .getAllEntries()
    .map(([key, { value, metadata }]) => {
      const properties = metadata === undefined ? '' : metadata.toString();
      return `${key}=${encode(value)}${properties === '' ? '' : `;${properties}`}`;
    })
    .join(',');
}

/** A lone surrogate has no encoding; the character that stands for what cannot be read takes its place. */
function encode(value: string): string {
  return encodeURIComponent(value.toWellFormed());
}

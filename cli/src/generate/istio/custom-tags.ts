/** Tags of spans in the words of Istio's Telemetry (`customTags`). */
import { type AttributeRoute, filterStateOperator } from '../../plan/attribute-route.ts';

/**
 * A tag for each attribute by its key. Without those whose value the filter hands over in a private header
 * (before Istio 1.29): Telemetry could only read the header, which then would have to stay on the request.
 */
export function telemetryTags(routes: readonly AttributeRoute[]): Record<string, object> {
  return Object.fromEntries(
    routes.filter((route) => !isPrivate(route)).map((route) => [route.key, tagOf(route)]),
  );
}

/** Whether an EnvoyFilter has to make the tag of what header_to_metadata keeps. */
export function isPrivate({ by, tag }: AttributeRoute): boolean {
  return by === 'filter' && tag.kind === 'header';
}

function tagOf({ tag }: AttributeRoute): object {
  switch (tag.kind) {
    case 'filterState':
      return { formatter: { value: filterStateOperator(tag.key) } };
    case 'literal':
      return { literal: { value: tag.value } };
    case 'environment':
      return { environment: { name: tag.name, defaultValue: tag.default } };
    case 'header':
      return { header: { name: tag.name, defaultValue: tag.default } };
  }
}

import { parser, VectorSelector } from '@prometheus-io/lezer-promql';

/** Names of the metrics that a PromQL expression reads, by Prometheus' own grammar. */
export function metricNames(expression: string): string[] {
  const names: string[] = [];
  parser.parse(expression).iterate({
    enter({ type, node, from, to }) {
      if (type.isError) throw new Error(`no PromQL at ${from}: ${expression.slice(from - 20, to + 20)}`);
      if (type.id !== VectorSelector) return;
      const name = node.getChild('Identifier');
      if (name === null) throw new Error(`a selector without a name: ${expression}`);
      names.push(expression.slice(name.from, name.to));
    },
  });
  return names;
}

/** A query of a dashboard with values in place of its variables: `$__rate_interval`, `$namespace`. */
export function withoutVariables(expression: string): string {
  return expression.replaceAll('$__rate_interval', '5m').replaceAll(/\$\w+/g, '.*');
}

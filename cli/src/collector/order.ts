import type { Span } from './trace.ts';

/** A span with its place in the tree of its trace. */
export interface OrderedSpan {
  readonly span: Span;
  /** 0 for roots and orphans. */
  readonly depth: number;
  /** It names a parent that is not in the trace. */
  readonly orphan: boolean;
  /** The span it hangs below; `undefined` for roots and orphans. */
  readonly parent: Span | undefined;
}

/**
 * The spans of one trace as a tree written top down: every parent before its children, siblings by their start.
 * Every span comes out exactly once, whatever its ids say: one on a circle of parents is treated as an orphan.
 *
 * Where a CLIENT and a SERVER share a span id (B3 joined spans), the SERVER hangs below the CLIENT, and what
 * names that id as its parent hangs below the SERVER, which is the one that made the call.
 */
export function orderSpans(spans: readonly Span[]): OrderedSpan[] {
  const byStart = [...spans].sort((a, b) => a.startMs - b.startMs);
  const byId = Map.groupBy(byStart, (span) => span.spanId);
  const parents = new Map(byStart.map((span) => [span, findParent(span, byId)]));
  const children = Map.groupBy(byStart, (span) => parents.get(span));
  const ordered = new Map<Span, OrderedSpan>();

  // A stack of our own: a trace may be deeper than JavaScript's.
  const writeTree = (top: Span, orphan: boolean) => {
    const pending: OrderedSpan[] = [{ span: top, depth: 0, orphan, parent: undefined }];
    for (let entry = pending.pop(); entry; entry = pending.pop()) {
      const { span, depth } = entry;
      if (ordered.has(span)) continue;
      ordered.set(span, entry);
      for (const child of (children.get(span) ?? []).toReversed()) {
        pending.push({ span: child, depth: depth + 1, orphan: false, parent: span });
      }
    }
  };

  for (const top of children.get(undefined) ?? []) writeTree(top, top.parentSpanId !== '');
  // What no top leads to lies on a circle, or below one.
  for (const span of byStart) if (!ordered.has(span)) writeTree(span, true);
  return [...ordered.values()];
}

function findParent(span: Span, byId: ReadonlyMap<string, readonly Span[]>): Span | undefined {
  const twins = byId.get(span.spanId) ?? [];
  const calledBy = span.kind === 'SERVER' ? twins.find((twin) => twin.kind === 'CLIENT') : undefined;
  if (calledBy) return calledBy;
  const candidates = byId.get(span.parentSpanId)?.filter((candidate) => candidate !== span) ?? [];
  return candidates.find((candidate) => candidate.kind === 'SERVER') ?? candidates[0];
}

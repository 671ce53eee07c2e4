import { Bytes } from '../abi/host';
import { split } from '../config/split';

/**
 * Templates of routes, `GET /users/{id}`, as a tree of path parts, so that a path is read once however many there are.
 *
 * A request may be on several nodes at a time, kept in the order in which they count: literal parts before named
 * ones before `**`. The work for a part is bounded by `MOST_STATES`.
 */

/** Nodes that a request can be on at a time; what counts less than so many others is let go. */
const MOST_STATES: i32 = 64;
const ROOT: i32 = 0;
const NONE: i32 = -1;
const PRIME: u32 = 0x01000193;
const OFFSET: u32 = 0x811c9dc5;

const states: StaticArray<i32> = new StaticArray<i32>(MOST_STATES);
const following: StaticArray<i32> = new StaticArray<i32>(MOST_STATES);

/** A template at the node where its path ends. */
export class Route {
  constructor(
    /** Null for a template that fits every method. */
    public method: Bytes | null,
    public path: Bytes,
    /** Method and path. */
    public name: Bytes,
  ) {}
}

class Node {
  named: i32 = NONE;
  rest: i32 = NONE;
  isRest: bool = false;
  /** One for each method. */
  routes: Route[] = [];

  /** The template of a method, else that of all methods. */
  route(method: usize, size: usize): Route | null {
    let anyMethod: Route | null = null;
    for (let i = 0, count = this.routes.length; i < count; i++) {
      const route = unchecked(this.routes[i]);
      const own = route.method;
      if (own === null) anyMethod = route;
      else if (equals(own, method, size)) return route;
    }
    return anyMethod;
  }
}

class Edge {
  constructor(
    public from: i32,
    public part: Bytes,
    public to: i32,
  ) {}
}

export class RouteTemplates {
  private nodes: Node[] = [new Node()];
  private edges: Edge[] = [];
  /** Literal parts by node and text: index in `edges`, counted from 1. */
  private table: StaticArray<i32> = new StaticArray<i32>(0);

  /** Adds a template whose path begins with a slash. False when there is one with the same meaning. */
  add(method: string, path: string): bool {
    const parts = split(path.substring(1), '/');
    let at = ROOT;
    for (let i = 0; i < parts.length; i++) at = this.child(at, parts[i]);
    const node = this.nodes[at];
    const ownMethod: Bytes | null = method.length == 0 ? null : String.UTF8.encode(method);
    for (let i = 0; i < node.routes.length; i++) {
      const other = node.routes[i].method;
      if (ownMethod === null || other === null) {
        if (ownMethod === other) return false;
      } else if (equals(other, changetype<usize>(ownMethod), ownMethod.byteLength)) {
        return false;
      }
    }
    const name = method.length == 0 ? path : method + ' ' + path;
    node.routes.push(new Route(ownMethod, String.UTF8.encode(path), String.UTF8.encode(name)));
    return true;
  }

  /** Makes the tree ready for requests. */
  seal(): void {
    let size = 4;
    while (size < this.edges.length * 2) size <<= 1;
    this.table = new StaticArray<i32>(size);
    for (let i = 0; i < this.edges.length; i++) {
      const edge = this.edges[i];
      const start = changetype<usize>(edge.part);
      let at = this.placeOf(edge.from, hashOf(start, start + edge.part.byteLength));
      while (this.table[at] != 0) at = (at + 1) & (size - 1);
      this.table[at] = i + 1;
    }
  }

  /** The template that fits a path (without query) and a method best; null when none does. */
  find(start: usize, end: usize, method: usize, methodSize: usize): Route | null {
    if (start >= end || load<u8>(start) != 0x2f) return null;
    unchecked((states[0] = ROOT));
    let count = 1;
    let at = start;
    while (at < end) {
      const part = ++at;
      while (at < end && load<u8>(at) != 0x2f) at++;
      count = this.step(count, part, at, method, methodSize);
      if (count == 0) return null;
    }
    for (let i = 0; i < count; i++) {
      const node = unchecked(this.nodes[unchecked(states[i])]);
      const route = node.route(method, methodSize);
      if (route !== null) return route;
      // Two stars also stand for nothing.
      if (node.rest == NONE) continue;
      const rest = unchecked(this.nodes[node.rest]).route(method, methodSize);
      if (rest !== null) return rest;
    }
    return null;
  }

  /** Goes from all nodes of the request over one part of its path. */
  private step(count: i32, part: usize, end: usize, method: usize, methodSize: usize): i32 {
    const hash = hashOf(part, end);
    let reached = 0;
    for (let i = 0; i < count && reached <= MOST_STATES - 3; i++) {
      const id = unchecked(states[i]);
      const node = unchecked(this.nodes[id]);
      if (node.isRest) {
        unchecked((following[reached++] = id));
        break;
      }
      const literal = this.literal(id, hash, part, end - part);
      if (literal != NONE) unchecked((following[reached++] = literal));
      if (node.named != NONE && end > part) unchecked((following[reached++] = node.named));
      if (node.rest == NONE) continue;
      // It fits whatever follows: nothing that counts less can win.
      if (unchecked(this.nodes[node.rest]).route(method, methodSize) !== null) {
        unchecked((following[reached++] = node.rest));
        break;
      }
    }
    memory.copy(changetype<usize>(states), changetype<usize>(following), reached * sizeof<i32>());
    return reached;
  }

  private literal(from: i32, hash: u32, part: usize, size: usize): i32 {
    let at = this.placeOf(from, hash);
    while (true) {
      const index = unchecked(this.table[at]);
      if (index == 0) return NONE;
      const edge = unchecked(this.edges[index - 1]);
      if (edge.from == from && equals(edge.part, part, size)) return edge.to;
      at = (at + 1) & (this.table.length - 1);
    }
  }

  private placeOf(node: i32, hash: u32): i32 {
    const mixed = (hash ^ <u32>node) * PRIME;
    return <i32>(mixed ^ (mixed >> 15)) & (this.table.length - 1);
  }

  private child(from: i32, part: string): i32 {
    const node = this.nodes[from];
    if (part == '**') {
      if (node.rest == NONE) {
        node.rest = this.newNode();
        this.nodes[node.rest].isRest = true;
      }
      return node.rest;
    }
    if (part == '*' || part.startsWith('{')) {
      if (node.named == NONE) node.named = this.newNode();
      return node.named;
    }
    const bytes = String.UTF8.encode(part);
    for (let i = 0; i < this.edges.length; i++) {
      const edge = this.edges[i];
      if (edge.from == from && equals(edge.part, changetype<usize>(bytes), bytes.byteLength)) return edge.to;
    }
    const to = this.newNode();
    this.edges.push(new Edge(from, bytes, to));
    return to;
  }

  private newNode(): i32 {
    return this.nodes.push(new Node()) - 1;
  }
}

/** FNV-1a. Who sends a path cannot make its look-up slow: only templates stand in the table. */
function hashOf(start: usize, end: usize): u32 {
  let hash = OFFSET;
  for (let at = start; at < end; at++) hash = (hash ^ <u32>load<u8>(at)) * PRIME;
  return hash;
}

function equals(bytes: Bytes, start: usize, size: usize): bool {
  return <usize>bytes.byteLength == size && memory.compare(changetype<usize>(bytes), start, size) == 0;
}

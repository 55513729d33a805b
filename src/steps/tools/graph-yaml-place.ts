import { type Alias, isAlias, isMap, isScalar, isSeq, type Node, type Pair, type YAMLMap } from 'yaml';
import type { Problem } from '../../core/graph/problem.ts';
import { isMergeKey, keyName } from './graph-yaml-survey.ts';

export function startOf(node: Node): number {
  return node.range?.[0] ?? 0;
}

/**
 * Finds where problems stand: at the value; at the key where the key is wrong or its value empty; else at what
 * encloses the place.
 */
export function placeFinder(root: Node, targets: ReadonlyMap<Alias, Node>): (problem: Problem) => number {
  const pairs = pairFinder(targets);
  return ({ path, atKey }) => {
    let node: Node | null = root;
    let offset = startOf(root);
    for (const [i, part] of path.entries()) {
      const here: Node | null = follow(node, targets);
      if (isSeq(here)) {
        node = nodeOrNull(here.items[Number(part)]);
        // An empty item is where it would be; an empty value of a key stands nowhere in particular.
        if (node !== null) offset = startOf(node);
        continue;
      }
      const pair = isMap(here) ? pairs(here, String(part)) : undefined;
      if (pair === undefined) break;
      const value = nodeOrNull(pair.value);
      const keyIsPlace = value === null || isEmpty(value) || (atKey && i === path.length - 1);
      offset = startOf(keyIsPlace ? (pair.key as Node) : value);
      node = value;
    }
    return offset;
  };
}

function follow(node: Node | null, targets: ReadonlyMap<Alias, Node>): Node | null {
  return isAlias(node) ? (targets.get(node) ?? null) : node;
}

function nodeOrNull(node: unknown): Node | null {
  return isAlias(node) || isMap(node) || isSeq(node) || isScalar(node) ? node : null;
}

function isEmpty(node: Node): boolean {
  return node.range == null || node.range[0] === node.range[1];
}

/** The pair of a name in a map or in what is merged into it. Keeps an index of each map: there may be many problems. */
function pairFinder(targets: ReadonlyMap<Alias, Node>): (map: YAMLMap, name: string) => Pair | undefined {
  const indexes = new WeakMap<YAMLMap, Map<string, Pair>>();
  const indexOf = (map: YAMLMap): Map<string, Pair> => {
    const known = indexes.get(map);
    if (known !== undefined) return known;
    const index = new Map<string, Pair>();
    // Before it is filled, for a map that merges itself.
    indexes.set(map, index);
    for (const source of mergedMaps(map, targets)) for (const [name, pair] of indexOf(source)) index.set(name, pair);
    for (const pair of map.items) {
      if (isScalar(pair.key) && !isMergeKey(pair.key.value)) index.set(keyName(pair.key.value), pair);
    }
    return index;
  };
  return (map, name) => indexOf(map).get(name);
}

/** The first of several merged maps wins, so it comes last. */
function mergedMaps(map: YAMLMap, targets: ReadonlyMap<Alias, Node>): YAMLMap[] {
  return map.items
    .filter(({ key }) => isScalar(key) && isMergeKey(key.value))
    .flatMap(({ value }) => (isSeq(value) ? value.items : [value]))
    .map((source) => follow(nodeOrNull(source), targets))
    .filter((source) => isMap(source))
    .reverse();
}

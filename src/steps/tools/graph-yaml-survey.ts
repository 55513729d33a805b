import {
  type Alias,
  isAlias,
  isMap,
  isPair,
  isScalar,
  isSeq,
  type Node,
  type Scalar,
  type YAMLMap,
  type YAMLSeq,
} from 'yaml';
import { quote } from '../../core/graph/problem.ts';

export interface Survey {
  readonly found: { readonly node: Node; readonly message: string; readonly hint: string | null }[];
  /** What each alias stands for. */
  readonly targets: Map<Alias, Node>;
  firstMerge: Node | null;
  firstAlias: Alias | null;
  fatal: boolean;
}

/** Beyond these nobody reads on. */
const MAX_FOUND = 1_000;

/** One walk in the order of the text: keys that stand twice, aliases of nothing, tags that mean nothing here. */
export function surveyNodes(root: Node): Survey {
  const survey: Survey = { found: [], targets: new Map(), firstMerge: null, firstAlias: null, fatal: false };
  const anchors = new Map<string, Node>();
  const stack: unknown[] = [root];
  while (stack.length > 0 && survey.found.length < MAX_FOUND) {
    const node = stack.pop();
    if (isAlias(node)) surveyAlias(node, anchors, survey);
    if (!isMap(node) && !isSeq(node) && !isScalar(node)) continue;
    surveyProperties(node, anchors, survey);
    if (isMap(node)) surveyKeys(node, survey);
    if (!isScalar(node)) for (const child of childrenBackwards(node)) stack.push(child);
  }
  return survey;
}

function* childrenBackwards(node: YAMLMap | YAMLSeq): Generator<unknown, void> {
  for (const item of node.items.toReversed()) {
    if (isPair(item)) yield* [item.value, item.key];
    else yield item;
  }
}

function surveyProperties(node: YAMLMap | YAMLSeq | Scalar, anchors: Map<string, Node>, survey: Survey): void {
  if (node.anchor !== undefined) anchors.set(node.anchor, node);
  if (node.tag === undefined || node.tag.startsWith('tag:yaml.org,2002:')) return;
  survey.found.push({ node, message: `unknown tag ${quote(node.tag)}`, hint: 'a graph needs no tags' });
}

function surveyAlias(alias: Alias, anchors: ReadonlyMap<string, Node>, survey: Survey): void {
  survey.firstAlias ??= alias;
  const target = anchors.get(alias.source);
  if (target !== undefined) {
    survey.targets.set(alias, target);
    return;
  }
  survey.fatal = true;
  survey.found.push({
    node: alias,
    message: `alias ${quote(`*${alias.source}`)} names an anchor that is not set before it`,
    hint: `set it with &${quote(alias.source).slice(1, -1)}, or quote the text if it is none`,
  });
}

function surveyKeys(map: YAMLMap, survey: Survey): void {
  const seen = new Set<string>();
  for (const { key } of map.items) {
    if (isMap(key) || isSeq(key)) {
      survey.fatal = true;
      survey.found.push({ node: key, message: 'a key that is a list or a map', hint: 'a key is a word' });
    }
    if (!isScalar(key)) continue;
    if (isMergeKey(key.value)) {
      survey.firstMerge ??= key;
      continue;
    }
    const name = keyName(key.value);
    if (seen.has(name)) survey.found.push({ node: key, message: `duplicate key ${quote(name)}`, hint: null });
    seen.add(name);
  }
}

export function isMergeKey(value: unknown): value is symbol {
  return typeof value === 'symbol' && value.description === '<<';
}

export function keyName(value: unknown): string {
  return value === null ? '' : String(value);
}

/** Values with every alias written out; infinite for a value that holds itself. */
export function countValues(root: unknown): number {
  const counts = new Map<object, number>();
  const stack: { readonly value: object; readonly leave: boolean }[] = [];
  const enter = (value: unknown): void => {
    if (typeof value === 'object' && value !== null && !counts.has(value)) stack.push({ value, leave: false });
  };
  enter(root);
  while (stack.length > 0) {
    const { value, leave } = stack.pop() as { value: object; leave: boolean };
    if (!leave) {
      if (counts.has(value)) continue;
      // While it is open, whoever meets it again is inside it.
      counts.set(value, Number.POSITIVE_INFINITY);
      stack.push({ value, leave: true });
      for (const inner of Object.values(value)) enter(inner);
      continue;
    }
    let count = 1;
    for (const inner of Object.values(value)) {
      count += typeof inner === 'object' && inner !== null ? (counts.get(inner) ?? 1) : 1;
    }
    counts.set(value, count);
  }
  return typeof root === 'object' && root !== null ? (counts.get(root) ?? 1) : 1;
}

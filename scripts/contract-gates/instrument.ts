/**
 * Contracts that report where the tests come: before each statement a hit, around each condition two, one for
 * either outcome. A condition is what decides: that of an `if`, a loop, a `? :`, a `require`, and either side of
 * `&&` and `||`, wherever those stand. So 100 % of the branches says of `a && b` that `b` was reached, and that
 * each of `a` and `b` was seen both true and false.
 */
import {
  applyEdits,
  child,
  children,
  decode,
  descend,
  type Edit,
  lineOf,
  rangeOf,
  type Source,
  statementRange,
  type SyntaxNode,
  textOf,
} from './syntax-tree.ts';

/** A place that the tests should come to; its number in `Coverage.sol` is its index. */
export interface Point {
  readonly kind: 'statement' | 'branch';
  readonly file: string;
  readonly line: number;
  /** A statement, or a condition and how it came out. */
  readonly text: string;
}

export interface Instrumented {
  readonly points: readonly Point[];
  /** New text of each source, by path. */
  readonly changed: Readonly<Record<string, string>>;
}

const IMPORT = 'import {__reached, __decided} from "scripts/contract-gates/Coverage.sol";';
const BODIES = ['trueBody', 'falseBody', 'body'];
const BLOCKS = new Set(['Block', 'UncheckedBlock']);

export function instrument(sources: readonly Source[]): Instrumented {
  const points: Point[] = [];
  const changed = sources.map((source) => [source.path, instrumentOne(source, points)] as const);
  return { points, changed: Object.fromEntries(changed) };
}

function instrumentOne(source: Source, points: Point[]): string {
  const edits: Edit[] = [];
  const insert = (at: number, text: string): unknown => edits.push({ start: at, end: at, text });
  const add = (point: Omit<Point, 'file' | 'line'>, node: SyntaxNode): number => {
    const line = lineOf(source, rangeOf(node).start);
    return points.push({ file: source.path, line, ...point }) - 1;
  };
  const reach = (statement: SyntaxNode): string => {
    const text = oneLine(textOf(source, statement));
    return `__reached(${add({ kind: 'statement', text }, statement)});`;
  };
  const decide = (condition: SyntaxNode): number => {
    const text = oneLine(textOf(source, condition));
    const first = add({ kind: 'branch', text: `${text} is false` }, condition);
    add({ kind: 'branch', text: `${text} is true` }, condition);
    return first;
  };
  // Outer beginnings before inner ones, inner ends before outer ones: all that is at one place stays nested.
  const walk = (node: SyntaxNode, parent: SyntaxNode | undefined): void => {
    const isCondition = parent !== undefined && decides(node, parent);
    const isBody = parent !== undefined && isBareBody(node, parent);
    const isInBlock = parent !== undefined && BLOCKS.has(parent.nodeType) && !BLOCKS.has(node.nodeType);
    const { start, end } = isBody ? statementRange(source, node) : rangeOf(node);
    if (isBody) insert(start, `{ ${reach(node)} `);
    if (isInBlock) insert(start, `${reach(node)} `);
    const point = isCondition ? decide(node) : undefined;
    if (point !== undefined) insert(start, '__decided(');
    for (const below of descend(node)) walk(below, node);
    if (point !== undefined) insert(end, `, ${point})`);
    if (isBody) insert(end, ' }');
  };
  for (const node of children(source.tree, 'nodes')) {
    if (node.nodeType === 'PragmaDirective') insert(rangeOf(node).end, ` ${IMPORT}`);
    walk(node, source.tree);
  }
  return decode(applyEdits(source.text, edits));
}

/** A statement that is the whole body of an `if` or a loop, without braces. */
function isBareBody(node: SyntaxNode, parent: SyntaxNode): boolean {
  return BODIES.some((name) => parent[name] === node) && !BLOCKS.has(node.nodeType);
}

function decides(node: SyntaxNode, parent: SyntaxNode): boolean {
  if (parent['condition'] === node) return true;
  if (parent.nodeType === 'BinaryOperation') return ['&&', '||'].includes(String(parent['operator']));
  const callee = parent.nodeType === 'FunctionCall' ? child(parent, 'expression') : undefined;
  const isRequire =
    callee?.nodeType === 'Identifier' && ['require', 'assert'].includes(String(callee['name']));
  return isRequire && children(parent, 'arguments')[0] === node;
}

function oneLine(text: string): string {
  return decode(text).replaceAll(/\s+/g, ' ');
}

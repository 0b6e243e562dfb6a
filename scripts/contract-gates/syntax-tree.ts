/**
 * Solidity's syntax tree as solc emits it (output `ast` of its standard JSON), and the text it was parsed from.
 *
 * A node's place is `src`, `"<start>:<length>:<file>"` in bytes of the UTF-8 source. A {@link Source} therefore
 * holds its text as one character a byte (latin1), so that an offset is an index; `decode` gives the real text.
 */

/** What every node has; the rest depends on `nodeType` and is read through the functions below. */
export interface SyntaxNode {
  readonly nodeType: string;
  readonly src: string;
  readonly [property: string]: unknown;
}

export interface Source {
  /** As imported: `contracts/TrustList.sol`. */
  readonly path: string;
  /** One character a byte. */
  readonly text: string;
  readonly tree: SyntaxNode;
}

export interface Range {
  readonly start: number;
  readonly end: number;
}

/** A replacement of one range of a source. */
export interface Edit extends Range {
  readonly text: string;
}

export function encode(text: string): string {
  return Buffer.from(text, 'utf8').toString('latin1');
}

export function decode(text: string): string {
  return Buffer.from(text, 'latin1').toString('utf8');
}

export function rangeOf(node: SyntaxNode): Range {
  const [start = NaN, length = NaN] = node.src.split(':').map(Number);
  return { start, end: start + length };
}

export function textOf(source: Source, node: SyntaxNode): string {
  const { start, end } = rangeOf(node);
  return source.text.slice(start, end);
}

/** Counted from 1. */
export function lineOf(source: Source, offset: number): number {
  return source.text.slice(0, offset).split('\n').length;
}

/** A statement's range with the semicolon that solc leaves out of it. */
export function statementRange(source: Source, statement: SyntaxNode): Range {
  const { start, end } = rangeOf(statement);
  const semicolon = /^\s*;/.exec(source.text.slice(end));
  return { start, end: end + (semicolon?.[0].length ?? 0) };
}

/** Applies edits that do not overlap; those at one place in the order given. */
export function applyEdits(text: string, edits: readonly Edit[]): string {
  const sorted = edits.toSorted((a, b) => a.start - b.start);
  let result = '';
  let done = 0;
  for (const { start, end, text: replacement } of sorted) {
    result += text.slice(done, start) + replacement;
    done = end;
  }
  return result + text.slice(done);
}

export function isNode(value: unknown): value is SyntaxNode {
  return typeof value === 'object' && value !== null && 'nodeType' in value && 'src' in value;
}

/** The node under a property, if there is one. */
export function child(node: SyntaxNode, property: string): SyntaxNode | undefined {
  const value = node[property];
  return isNode(value) ? value : undefined;
}

/** The nodes in a list property; a hole in a tuple is left out. */
export function children(node: SyntaxNode, property: string): readonly SyntaxNode[] {
  const value = node[property];
  return Array.isArray(value) ? value.filter(isNode) : [];
}

/** All the nodes directly below, in the order of the source. */
export function descend(node: SyntaxNode): readonly SyntaxNode[] {
  return Object.values(node)
    .flatMap((value) => (Array.isArray(value) ? value : [value]))
    .filter(isNode)
    .toSorted((a, b) => rangeOf(a).start - rangeOf(b).start);
}

/** Visits a node and all below it, each with its ancestors, the nearest first. */
export function visit(
  node: SyntaxNode,
  enter: (node: SyntaxNode, ancestors: readonly SyntaxNode[]) => void,
  ancestors: readonly SyntaxNode[] = [],
): void {
  enter(node, ancestors);
  for (const below of descend(node)) visit(below, enter, [node, ...ancestors]);
}

/** `uint64`, `struct ITrustList.Grant storage pointer`, … of an expression. */
export function typeOf(expression: SyntaxNode): string {
  const descriptions: unknown = expression['typeDescriptions'];
  if (typeof descriptions !== 'object' || descriptions === null) return '';
  return 'typeString' in descriptions ? String(descriptions.typeString) : '';
}

/** All mutants of a set of sources: one edit each, and what is needed to find it again after other changes. */
import { OPERATORS } from './operators.ts';
import {
  applyEdits,
  decode,
  type Edit,
  lineOf,
  rangeOf,
  type Source,
  type SyntaxNode,
  visit,
} from './syntax-tree.ts';

/** A mutant by its content: no position, so that it stays the same when lines move. */
export interface MutantName {
  readonly file: string;
  /** `TrustList._holds`: the innermost named definition around it. */
  readonly within: string;
  readonly operator: string;
  /** The statement or declaration around it, spaces made one. */
  readonly original: string;
  /** The same after the edit. */
  readonly changed: string;
  /** Which of those that are alike in all of the above: 1 but for a repetition within one definition. */
  readonly occurrence: number;
}

export interface Mutant extends MutantName {
  readonly line: number;
  /** The whole source with the edit in it. */
  readonly text: string;
}

const NAMED = new Set([
  'ContractDefinition',
  'FunctionDefinition',
  'ModifierDefinition',
  'VariableDeclaration',
]);
/** Within these a mutant is shown. */
const SHOWN = new Set([
  'ExpressionStatement',
  'EmitStatement',
  'RevertStatement',
  'Return',
  'VariableDeclarationStatement',
  'IfStatement',
  'ForStatement',
  'WhileStatement',
  'VariableDeclaration',
  'FunctionDefinition',
]);

/** In the order of the source. */
export function mutantsOf(source: Source): readonly Mutant[] {
  const found: Mutant[] = [];
  const occurrences = new Map<string, number>();
  visit(source.tree, (node, ancestors) => {
    for (const { name, edits } of OPERATORS) {
      for (const edit of edits({ source, node, ancestors })) {
        const mutant = toMutant(source, name, edit, [node, ...ancestors]);
        const occurrence = (occurrences.get(nameOf(mutant)) ?? 0) + 1;
        occurrences.set(nameOf(mutant), occurrence);
        found.push({ ...mutant, occurrence });
      }
    }
  });
  return found;
}

/** Two mutants with the same name are the same mutant. */
export function nameOf(mutant: MutantName): string {
  const { file, within, operator, original, changed, occurrence } = mutant;
  return [file, within, operator, original, changed, occurrence].join('\n');
}

/** The first such one. */
function toMutant(source: Source, operator: string, edit: Edit, around: readonly SyntaxNode[]): Mutant {
  const shown = shownRange(edit, around);
  const original = source.text.slice(shown.start, shown.end);
  const changed = applyEdits(original, [
    { start: edit.start - shown.start, end: edit.end - shown.start, text: edit.text },
  ]);
  return {
    file: source.path,
    within: definitionAround(around),
    operator,
    original: oneLine(original),
    changed: oneLine(changed),
    occurrence: 1,
    line: lineOf(source, edit.start),
    text: decode(applyEdits(source.text, [edit])),
  };
}

/** The innermost statement or declaration that the edit lies in; of an `if`, a loop or a function, up to its body. */
function shownRange(edit: Edit, around: readonly SyntaxNode[]): { start: number; end: number } {
  const node = around.find(({ nodeType }) => SHOWN.has(nodeType)) ?? around[0];
  const range = node === undefined ? edit : rangeOf(node);
  const bodies = node === undefined ? [] : [node['trueBody'], node['body']];
  const body = bodies.flatMap((one) => (isBody(one) ? [rangeOf(one).start] : []))[0];
  return {
    start: Math.min(range.start, edit.start),
    end: Math.max(body !== undefined && body >= edit.end ? body : range.end, edit.end),
  };
}

function isBody(value: unknown): value is SyntaxNode {
  return typeof value === 'object' && value !== null && 'src' in value;
}

function definitionAround(around: readonly SyntaxNode[]): string {
  return around
    .filter(({ nodeType }) => NAMED.has(nodeType))
    .map((node) => (node['kind'] === 'constructor' ? 'constructor' : String(node['name'])))
    .reverse()
    .join('.');
}

function oneLine(text: string): string {
  return decode(text).replaceAll(/\s+/g, ' ').trim();
}

/**
 * The ways in which a contract is spoilt: for each, what it does to one node of the syntax tree. An operator
 * gives the edits that each make one mutant; whether that compiles is for the compiler to say.
 */
import {
  child,
  children,
  type Edit,
  rangeOf,
  type Source,
  statementRange,
  type SyntaxNode,
  textOf,
  typeOf,
} from './syntax-tree.ts';

/** A node, where it stands, and its source. */
export interface Site {
  readonly source: Source;
  readonly node: SyntaxNode;
  /** The nearest first. */
  readonly ancestors: readonly SyntaxNode[];
}

export interface Operator {
  readonly name: string;
  /** One edit a mutant. */
  readonly edits: (site: Site) => readonly Edit[];
}

const ARITHMETIC: Readonly<Record<string, string>> = {
  '+': '-',
  '-': '+',
  '*': '/',
  '/': '*',
  '%': '*',
  '**': '*',
  '&': '|',
  '|': '&',
  '^': '&',
  '<<': '>>',
  '>>': '<<',
  '+=': '-=',
  '-=': '+=',
  '*=': '/=',
  '/=': '*=',
  '|=': '&=',
  '&=': '|=',
  '++': '--',
  '--': '++',
  '~': '',
};
const COMPARISON: Readonly<Record<string, string>> = {
  '==': '!=',
  '!=': '==',
  '<': '>=',
  '>=': '<',
  '>': '<=',
  '<=': '>',
};
const BOUNDARY: Readonly<Record<string, string>> = { '<': '<=', '<=': '<', '>': '>=', '>=': '>' };
const CONNECTIVE: Readonly<Record<string, string>> = { '&&': '||', '||': '&&' };
/** With this as one of its operands, a connective gives the other. */
const NEUTRAL: Readonly<Record<string, string>> = { '&&': 'true', '||': 'false' };

const DECIDING = new Set(['IfStatement', 'WhileStatement', 'ForStatement', 'Conditional']);
const LEAVING = new Set(['RevertStatement', 'Return', 'Continue', 'Break']);

export const OPERATORS: readonly Operator[] = [
  { name: 'arithmetic', edits: (site) => swapped(site, ARITHMETIC) },
  { name: 'comparison', edits: (site) => swapped(site, COMPARISON) },
  { name: 'boundary', edits: (site) => swapped(site, BOUNDARY) },
  { name: 'connective', edits: (site) => swapped(site, CONNECTIVE) },
  { name: 'operand', edits: droppedOperands },
  { name: 'condition', edits: negatedConditions },
  { name: 'guard', edits: deletedGuards },
  { name: 'call', edits: deletedCalls },
  { name: 'modifier', edits: removedModifiers },
  { name: 'event', edits: removedEvents },
  { name: 'argument', edits: swappedArguments },
  { name: 'constant', edits: changedConstants },
  { name: 'assignment', edits: deletedAssignments },
];

/** `a < b` → `a >= b`, `!a` → `a`, `a += b` → `a -= b`. */
function swapped({ source, node }: Site, table: Readonly<Record<string, string>>): readonly Edit[] {
  const operator = String(node['operator']);
  const replacement = table[operator];
  const gap = operatorGap(node);
  if (replacement === undefined || gap === undefined) return [];
  const start = source.text.indexOf(operator, gap.start);
  return [{ start, end: start + operator.length, text: replacement }];
}

/** What lies between a node's operands, or before or after its only one. */
function operatorGap(node: SyntaxNode): { readonly start: number } | undefined {
  const { start } = rangeOf(node);
  switch (node.nodeType) {
    case 'BinaryOperation':
      return { start: endOf(child(node, 'leftExpression')) };
    case 'Assignment':
      return { start: endOf(child(node, 'leftHandSide')) };
    case 'UnaryOperation':
      return { start: node['prefix'] === true ? start : endOf(child(node, 'subExpression')) };
    default:
      return undefined;
  }
}

function endOf(node: SyntaxNode | undefined): number {
  return node === undefined ? NaN : rangeOf(node).end;
}

/** `a && b` → `true && b`, and `a && true`. */
function droppedOperands({ node }: Site): readonly Edit[] {
  const neutral = node.nodeType === 'BinaryOperation' ? NEUTRAL[String(node['operator'])] : undefined;
  if (neutral === undefined) return [];
  return ['leftExpression', 'rightExpression']
    .flatMap((side) => child(node, side) ?? [])
    .map((operand) => ({ ...rangeOf(operand), text: neutral }));
}

/** `if (a)` → `if (!(a))`; `!a` → `a`. */
function negatedConditions({ source, node }: Site): readonly Edit[] {
  if (node.nodeType === 'UnaryOperation' && node['operator'] === '!') {
    const operand = child(node, 'subExpression');
    return operand === undefined ? [] : [{ ...rangeOf(node), text: textOf(source, operand) }];
  }
  const condition = DECIDING.has(node.nodeType) ? child(node, 'condition') : undefined;
  if (condition === undefined) return [];
  return [{ ...rangeOf(condition), text: `!(${textOf(source, condition)})` }];
}

/** `if (…) revert …;` and `require(…);` vanish. */
function deletedGuards({ source, node }: Site): readonly Edit[] {
  const isRequire = node.nodeType === 'ExpressionStatement' && isCallOf(node, ['require', 'assert']);
  return isRequire || isGuard(node) ? [deleted(source, node)] : [];
}

function isGuard(node: SyntaxNode): boolean {
  if (node.nodeType !== 'IfStatement' || child(node, 'falseBody') !== undefined) return false;
  const body = child(node, 'trueBody');
  if (body === undefined) return false;
  const statements = body.nodeType === 'Block' ? children(body, 'statements') : [body];
  return statements.length === 1 && statements.every(({ nodeType }) => LEAVING.has(nodeType));
}

/** A call whose result nobody uses vanishes: `_requireAddress(admin);`. */
function deletedCalls({ source, node }: Site): readonly Edit[] {
  if (node.nodeType !== 'ExpressionStatement' || isCallOf(node, ['require', 'assert'])) return [];
  return child(node, 'expression')?.nodeType === 'FunctionCall' ? [deleted(source, node)] : [];
}

function isCallOf(statement: SyntaxNode, names: readonly string[]): boolean {
  const call = child(statement, 'expression');
  const callee = call?.nodeType === 'FunctionCall' ? child(call, 'expression') : undefined;
  return callee !== undefined && names.includes(String(callee['name']));
}

function removedModifiers({ node }: Site): readonly Edit[] {
  const isModifier = node.nodeType === 'ModifierInvocation' && node['kind'] === 'modifierInvocation';
  return isModifier ? [{ ...rangeOf(node), text: '' }] : [];
}

function removedEvents({ source, node }: Site): readonly Edit[] {
  return node.nodeType === 'EmitStatement' ? [deleted(source, node)] : [];
}

/** Two neighbours of one type, or two numbers, change places: in a call, an event, an error, a struct or a tuple. */
function swappedArguments({ source, node }: Site): readonly Edit[] {
  const list = node.nodeType === 'TupleExpression' ? 'components' : 'arguments';
  const parts = children(node, list);
  return parts.slice(1).flatMap((second, n) => {
    const first = parts[n];
    if (first === undefined || !isAlike(typeOf(first), typeOf(second))) return [];
    const [one, other] = [textOf(source, first), textOf(source, second)];
    const { start, end } = { start: rangeOf(first).start, end: rangeOf(second).end };
    const between = source.text.slice(rangeOf(first).end, rangeOf(second).start);
    return one === other ? [] : [{ start, end, text: other + between + one }];
  });
}

/** A literal has a type of its own, `int_const 9`; whether two numbers fit is for the compiler to say. */
function isAlike(one: string, other: string): boolean {
  return one === other || (/^u?int/.test(one) && /^u?int/.test(other));
}

/** A number becomes the next one, a text or bytes another of the same length, `max` `min`, `true` `false`. */
function changedConstants({ source, node }: Site): readonly Edit[] {
  const range = rangeOf(node);
  const text = textOf(source, node);
  if (node.nodeType === 'MemberAccess' && /^type\(\w+\)\.max$/.test(text)) {
    return [{ ...range, text: text.replace(/max$/, 'min') }];
  }
  if (node.nodeType !== 'Literal') return [];
  const changed = changedLiteral(String(node['kind']), text);
  return changed === undefined ? [] : [{ ...range, text: changed }];
}

function changedLiteral(kind: string, text: string): string | undefined {
  switch (kind) {
    case 'bool':
      return text === 'true' ? 'false' : 'true';
    case 'number':
      return nextNumber(text);
    case 'string':
    case 'hexString':
      // The last letter before the closing quote: `"did:"` → `"did0"`, `hex"1901"` → `hex"1900"`.
      return text.replace(/(.)(["'])$/, (_match, last: string, quote: string) =>
        last === '0' ? `1${quote}` : `0${quote}`,
      );
    default:
      return undefined;
  }
}

/** `1 days` → `2 days`; a hexadecimal number keeps its digits, because they are its type. */
function nextNumber(text: string): string | undefined {
  const digits = /^(0x[0-9a-fA-F]+|\d+)(\s+\w+)?$/.exec(text);
  const number = digits?.[1];
  if (number === undefined) return undefined;
  const unit = digits?.[2] ?? '';
  if (!number.startsWith('0x')) return `${BigInt(number) + 1n}${unit}`;
  const width = number.length - 2;
  const next = (BigInt(number) + 1n) % 16n ** BigInt(width);
  return `0x${next.toString(16).padStart(width, '0')}${unit}`;
}

/** `a = b;`, `a += b;` and `a++;` vanish; the step of a loop does not, which would then never end. */
function deletedAssignments({ source, node, ancestors }: Site): readonly Edit[] {
  if (node.nodeType !== 'ExpressionStatement') return [];
  const parent = ancestors[0];
  if (parent !== undefined && child(parent, 'loopExpression') === node) return [];
  const expression = child(node, 'expression');
  const isStep = expression?.nodeType === 'UnaryOperation';
  return isStep || expression?.nodeType === 'Assignment' ? [deleted(source, node)] : [];
}

function deleted(source: Source, statement: SyntaxNode): Edit {
  return { ...statementRange(source, statement), text: '{}' };
}

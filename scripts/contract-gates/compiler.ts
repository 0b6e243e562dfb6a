/**
 * The contracts of `contracts/` (not their tests), compiled by npm's `solc` in this process, also with some of
 * their sources changed.
 *
 * The optimiser stays off but for its two cheapest steps: that takes a third of the time, and what a contract
 * does is the same. Metadata is left out, so that equal code means an equal meaning.
 */
import { globSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import solc from 'solc';
import { EVM_VERSION } from '../../hardhat.config.ts';
import { children, encode, isNode, type Source, type SyntaxNode } from './syntax-tree.ts';

/** Code of one contract, as solc and Hardhat's artifacts spell it. */
export interface ContractCode {
  readonly path: string;
  readonly name: string;
  readonly bytecode: Bytecode;
  readonly deployedBytecode: Bytecode;
}

interface Bytecode {
  /** Hex without `0x`. */
  readonly object: string;
  readonly linkReferences: unknown;
}

/** Either code of every contract that depends on what changed, or why it does not compile. */
export type Compilation =
  | { readonly kind: 'compiled'; readonly contracts: readonly ContractCode[] }
  | { readonly kind: 'invalid'; readonly message: string };

interface SolcOutput {
  readonly errors?: readonly { readonly severity: string; readonly formattedMessage: string }[];
  readonly sources: Readonly<Record<string, { readonly ast?: unknown }>>;
  readonly contracts?: Readonly<
    Record<string, Readonly<Record<string, { readonly evm: Omit<ContractCode, 'path' | 'name'> }>>>
  >;
}

const root = resolve(import.meta.dirname, '..', '..');
const require = createRequire(import.meta.url);

const SETTINGS = {
  evmVersion: EVM_VERSION,
  metadata: { appendCBOR: false, bytecodeHash: 'none' },
  optimizer: {
    enabled: false,
    details: {
      peephole: true,
      jumpdestRemover: true,
      deduplicate: true,
      inliner: false,
      orderLiterals: false,
      cse: false,
      constantOptimizer: false,
      yul: false,
    },
  },
} as const;

const CODE = ['bytecode', 'deployedBytecode'].flatMap((part) => [
  `evm.${part}.object`,
  `evm.${part}.linkReferences`,
]);

export class ContractCompiler {
  /** By path. */
  readonly sources: ReadonlyMap<string, Source>;
  readonly #imports: ReadonlyMap<string, ReadonlySet<string>>;

  constructor() {
    const paths = globSync('contracts/**/*.sol', { cwd: root, exclude: ['contracts/test/**'] }).sort();
    const output = run(paths, new Map(), { '': ['ast'] });
    this.sources = new Map(
      paths.map((path) => [
        path,
        toSource(path, readFileSync(locate(path), 'utf8'), output.sources[path]?.ast),
      ]),
    );
    this.#imports = importClosures([...this.sources.values()]);
  }

  /** `changed`: the new text by path, in UTF-16 as usual; nothing changed compiles all. */
  compile(changed: ReadonlyMap<string, string>): Compilation {
    const wanted = changed.size === 0 ? [...this.sources.keys()] : this.#affectedBy([...changed.keys()]);
    const output = run(wanted, changed, { '*': CODE });
    const errors = output.errors?.filter(({ severity }) => severity === 'error') ?? [];
    if (errors.length > 0) {
      return { kind: 'invalid', message: errors.map((error) => error.formattedMessage).join('\n') };
    }
    const contracts = wanted.flatMap((path) =>
      Object.entries(output.contracts?.[path] ?? {}).map(([name, { evm }]) => ({ path, name, ...evm })),
    );
    return { kind: 'compiled', contracts: contracts.filter(({ bytecode }) => bytecode.object !== '') };
  }

  #affectedBy(paths: readonly string[]): readonly string[] {
    return [...this.sources.keys()].filter((path) =>
      paths.some((one) => path === one || this.#imports.get(path)?.has(one) === true),
    );
  }
}

/** A source that is nowhere in the project. */
export function parse(path: string, text: string): Source {
  return toSource(path, text, run([path], new Map([[path, text]]), { '': ['ast'] }).sources[path]?.ast);
}

function run(
  paths: readonly string[],
  changed: ReadonlyMap<string, string>,
  outputs: Record<string, readonly string[]>,
): SolcOutput {
  const read = (path: string): string => changed.get(path) ?? readFileSync(locate(path), 'utf8');
  const input = {
    language: 'Solidity',
    sources: Object.fromEntries(paths.map((path) => [path, { content: read(path) }])),
    settings: { ...SETTINGS, outputSelection: Object.fromEntries(paths.map((path) => [path, outputs])) },
  };
  const answer: string = solc.compile(JSON.stringify(input), {
    import: (path: string) => ({ contents: read(path) }),
  });
  // The shape of solc's standard JSON output for the outputs asked for.
  return JSON.parse(answer) as SolcOutput;
}

/** Our own sources lie in the project; all others are npm packages. */
function locate(path: string): string {
  return path.startsWith('contracts/') || path.startsWith('scripts/')
    ? join(root, path)
    : require.resolve(path);
}

function toSource(path: string, text: string, tree: unknown): Source {
  if (!isNode(tree)) throw new Error(`solc gave no syntax tree of ${path}`);
  return { path, text: encode(text), tree };
}

/** The sources that a source imports, directly or not, by path. */
function importClosures(sources: readonly Source[]): ReadonlyMap<string, ReadonlySet<string>> {
  const direct = new Map(sources.map(({ path, tree }) => [path, importsOf(tree)]));
  const collect = (path: string, seen: Set<string>): Set<string> => {
    for (const next of direct.get(path) ?? []) if (!seen.has(next)) collect(next, seen.add(next));
    return seen;
  };
  return new Map([...direct.keys()].map((path) => [path, collect(path, new Set())]));
}

function importsOf(tree: SyntaxNode): readonly string[] {
  return children(tree, 'nodes')
    .filter(({ nodeType }) => nodeType === 'ImportDirective')
    .map((node) => String(node['absolutePath']));
}

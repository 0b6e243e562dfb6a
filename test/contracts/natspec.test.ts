/** The interfaces say what everything means: every function, parameter, result, event and error. */
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { expect } from 'chai';
import { describe, it } from 'mocha';

interface Documented {
  readonly abi: readonly AbiItem[];
  readonly userdoc: Record<'methods' | 'events', Readonly<Record<string, { readonly notice?: string }>>> & {
    readonly errors?: Readonly<Record<string, readonly { readonly notice?: string }[]>>;
  };
  readonly devdoc: Record<'methods' | 'events', Readonly<Record<string, DevDoc>>>;
}
interface DevDoc {
  readonly params?: Readonly<Record<string, string>>;
  readonly returns?: Readonly<Record<string, string>>;
}
interface AbiItem {
  readonly type: 'function' | 'event' | 'error';
  readonly name: string;
  readonly inputs: readonly Parameter[];
  readonly outputs?: readonly Parameter[];
}
interface Parameter {
  readonly name: string;
  readonly type: string;
  readonly components?: readonly Parameter[];
}

const solc = createRequire(import.meta.url)('solc') as { compile(input: string): string };

async function documentationOf(name: string): Promise<Documented> {
  const file = `${name}.sol`;
  const content = await readFile(new URL(`../../contracts/interfaces/${file}`, import.meta.url), 'utf8');
  const outputSelection = { '*': { '*': ['abi', 'devdoc', 'userdoc'] } };
  const input = { language: 'Solidity', sources: { [file]: { content } }, settings: { outputSelection } };
  const output = JSON.parse(solc.compile(JSON.stringify(input))) as {
    contracts: Record<string, Record<string, Documented>>;
  };
  const documented = output.contracts[file]?.[name];
  if (documented === undefined) throw new Error(`${name} does not compile`);
  return documented;
}

/** What an item leaves unsaid. */
function unsaid({ abi, userdoc, devdoc }: Documented): readonly string[] {
  return abi.flatMap(({ type, name, inputs, outputs = [] }) => {
    const signature = `${name}(${inputs.map(typeText).join(',')})`;
    if (type === 'error') return (userdoc.errors?.[signature]?.[0]?.notice ?? '') === '' ? [signature] : [];
    const kind = type === 'function' ? 'methods' : 'events';
    const { params = {}, returns = {} } = devdoc[kind][signature] ?? {};
    return [
      ...((userdoc[kind][signature]?.notice ?? '') === '' ? [signature] : []),
      ...inputs.filter((input) => !(input.name in params)).map((input) => `${signature} ${input.name}`),
      ...outputs
        .filter((output, i) => !((output.name === '' ? `_${i}` : output.name) in returns))
        .map((output) => `${signature} returns ${output.name}`),
    ];
  });
}

function typeText({ type, components }: Parameter): string {
  return components === undefined
    ? type
    : `(${components.map(typeText).join(',')})${type.slice('tuple'.length)}`;
}

describe('interfaces explain every function, parameter, result, event and error', () => {
  for (const name of [
    'ITrustList',
    'IBatchAnchor',
    'IStatusAnchor',
    'IPolicyRegistry',
    'IConversionRegistry',
  ]) {
    it(`of ${name}`, async () => {
      expect(unsaid(await documentationOf(name))).to.deep.equal([]);
    });
  }
});

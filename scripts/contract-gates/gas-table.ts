/** What the contracts cost: the reviewed figures of `test/contracts/gas.json`, and how measured ones differ. */

/** By contract. */
export type GasTable = Readonly<Record<string, GasOfContract>>;

export interface GasOfContract {
  readonly codeBytes: number;
  readonly deployment: number;
  readonly functions: Readonly<Record<string, GasOfFunction>>;
}

export interface GasOfFunction {
  readonly least: number;
  readonly most: number;
}

/** One line for each figure that is not the reviewed one, on either side. */
export function differences(measured: GasTable, reviewed: GasTable): readonly string[] {
  const now = new Map(figuresOf(measured));
  const expected = new Map(figuresOf(reviewed));
  const names = [...new Set([...now.keys(), ...expected.keys()])];
  return names
    .filter((name) => now.get(name) !== expected.get(name))
    .map(
      (name) => `${name}: ${now.get(name) ?? 'not measured'}, reviewed ${expected.get(name) ?? 'nothing'}`,
    );
}

/** Functions that can cost as much as `limit`, or more. */
export function dearerThan(table: GasTable, limit: number): readonly string[] {
  return Object.entries(table).flatMap(([contract, { functions }]) =>
    Object.entries(functions)
      .filter(([, { most }]) => most >= limit)
      .map(([name, { most }]) => `${contract}.${name}: ${most}, the limit is ${limit}`),
  );
}

/** Every figure with a name of its own: `TrustList.addKey most`. */
function* figuresOf(table: GasTable): Generator<readonly [name: string, value: number]> {
  for (const [contract, { codeBytes, deployment, functions }] of Object.entries(table)) {
    yield [`${contract} codeBytes`, codeBytes];
    yield [`${contract} deployment`, deployment];
    for (const [name, { least, most }] of Object.entries(functions)) {
      yield [`${contract}.${name} least`, least];
      yield [`${contract}.${name} most`, most];
    }
  }
}

export function toText(table: GasTable): string {
  const lines = Object.entries(table).flatMap(([contract, { codeBytes, deployment, functions }]) => [
    `${contract.padEnd(34)} ${codeBytes} bytes, deployed for ${deployment} gas`,
    ...Object.entries(functions).map(([name, { least, most }]) => {
      return `  ${name.padEnd(32)} ${String(least).padStart(8)} to ${String(most).padStart(8)} gas`;
    }),
  ]);
  return `${lines.join('\n')}\n`;
}

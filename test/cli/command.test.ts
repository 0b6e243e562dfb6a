/** How arguments are read: identifiers are random, and some begin with a dash. */
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { parseArguments } from '../../cli/command.ts';
import { expectThrows } from '../support/throws-code.ts';

const SPECS = { record: { type: 'string' }, json: { type: 'boolean' } } as const;

describe('arguments', () => {
  it('take a text that begins with a dash, joined or not', () => {
    for (const text of ['-abc', '--abc', '-']) {
      for (const args of [['--record', text], [`--record=${text}`]]) {
        const { values, positionals } = parseArguments(['show', ...args, '--json'], SPECS);
        expect({ ...values }).to.deep.equal({ record: text, json: true });
        expect(positionals).to.deep.equal(['show']);
      }
    }
  });

  it('are wrong usage where the text is missing, or an option is unknown', () => {
    for (const args of [['--record', '--json'], ['--record'], ['--other'], ['-r']]) {
      expectThrows(() => parseArguments(args, SPECS), 'CLI_USAGE');
    }
  });
});

/** Signed notes and checkpoints as others write them. */
import { Buffer } from 'node:buffer';
import { createPublicKey, verify } from 'node:crypto';
import { expect } from 'chai';
import * as fc from 'fast-check';
import { describe, it } from 'mocha';
import { checkpointText, originOf, parseCheckpoint } from '../../../core/bundle/checkpoint.ts';
import { cosign, cosignedAt, isSignedByLog, quorumTime, signNote } from '../../../core/bundle/cosignature.ts';
import { COSIGNATURE_V1, ED25519, keyIdOf, parseNote, writeNote } from '../../../core/bundle/signed-note.ts';
import { fromBase64, toBase64 } from '../../../core/bytes/base64.ts';
import { toHex } from '../../../core/bytes/hex.ts';
import { nodeCrypto } from '../../../service/node-crypto.ts';
import { setOf, signerOf, testSigner } from '../../support/signers.ts';
import { codeThrownBy, expectThrows } from '../../support/throws-code.ts';

/** golang.org/x/mod/sumdb/note, note_test.go: keys, text and signatures. */
const PETER = {
  key: fromBase64('ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW').subarray(1),
  seed: fromBase64('AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz').subarray(1),
  line: '— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n',
};
const ENOCH = {
  key: fromBase64('ATtqJ7zOtqQtYqOo0CpvDXNlMhV3HeJDpjrASKGLWdop').subarray(1),
  line: '— EnochRoot rwz+eBzmZa0SO3NbfRGzPCpDckykFXSdeX+MNtCOXm2/5n2tiOHp+vAF1aGrQ5ovTG01oOTGwnWLox33WWd1RvMc+QQ=\n',
};
const TEXT =
  "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n";
/** C2SP tlog-cosignature.md. */
const SOFA = `example.com/behind-the-sofa
20852163
CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=

— example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=
— witness.example.com/w1 jWbPPwAAAABkGFDLEZMHwSRaJNiIDoe9DYn/zXcrtPHeolMI5OWXEhZCB9dlrDJsX3b2oyin1nPZqhf5nNo0xUe+mbIUBkBIfZ+qnA==
`;

describe('signed notes', () => {
  const note = `${TEXT}\n${PETER.line}${ENOCH.line}`;

  it('are read and written byte for byte', () => {
    for (const each of [note, SOFA]) expect(writeNote(parseNote(each))).to.equal(each);
    expect(parseNote(note).text).to.equal(TEXT);
  });

  it('have the key ids and signatures of the reference', async () => {
    expect(toHex(keyIdOf(nodeCrypto, 'PeterNeumann', ED25519, PETER.key))).to.equal('0xc74f20a3');
    expect(toHex(keyIdOf(nodeCrypto, 'EnochRoot', ED25519, ENOCH.key))).to.equal('0xaf0cfe78');
    expect(await isSignedByLog(nodeCrypto, parseNote(note), PETER.key)).to.equal(true);
    expect(await isSignedByLog(nodeCrypto, parseNote(note), ENOCH.key)).to.equal(true);
    const peter = signerOf('PeterNeumann', PETER.seed);
    const signatures = [await signNote(nodeCrypto, TEXT, peter)];
    expect(writeNote({ text: TEXT, signatures })).to.equal(`${TEXT}\n${PETER.line}`);
  });

  it('count for nobody when a letter is changed, or the key is another one', async () => {
    const other = parseNote(note.replace('answer', 'answers'));
    expect(await isSignedByLog(nodeCrypto, other, PETER.key)).to.equal(false);
    expect(await isSignedByLog(nodeCrypto, parseNote(`${TEXT}\n${PETER.line}`), ENOCH.key)).to.equal(false);
  });

  const malformed: readonly (readonly [what: string, note: string])[] = [
    ['no signature', TEXT],
    ['an empty line and no signature', `${TEXT}\n`],
    ['no newline at the end', note.slice(0, -1)],
    ['a control character', `\u0001${note}`],
    ['half a surrogate', `\ud800${note}`],
    ['a hyphen for a dash', note.replaceAll('—', '-')],
    ['a name with a space', note.replace('PeterNeumann', 'Peter Neumann')],
    ['a name with a plus', note.replace('PeterNeumann', 'Peter+Neumann')],
    ['a line that is no signature', `${note}Unexpected line.\n`],
    ['base64 with bits that are not used', note.replace('nAM=', 'nAN=')],
    ['base64 without padding', note.replace('nAM=', 'nAM')],
    ['a signature of four bytes', `${TEXT}\n— a AAAAAA==\n`],
    ['a carriage return', note.replace('\n', '\r\n')],
    ['sixty-five signatures', `${TEXT}\n${PETER.line.repeat(65)}`],
  ];
  for (const [what, each] of malformed) {
    it(`are refused with ${what}`, () => expectThrows(() => parseNote(each), 'NOTE_MALFORMED'));
  }

  it('never have two spellings', () => {
    const letters = fc.string({ unit: 'binary', minLength: 1, maxLength: 1 });
    const property = fc.property(fc.nat(note.length - 1), letters, (at, character) => {
      const changed = note.slice(0, at) + character + note.slice(at + 1);
      let again: string | undefined;
      const code = codeThrownBy(() => (again = writeNote(parseNote(changed))));
      expect(code === 'NOTE_MALFORMED' || again === changed).to.equal(true);
    });
    fc.assert(property, { numRuns: 300 });
  });
});

describe('checkpoints', () => {
  it('are read and written byte for byte', () => {
    const { text } = parseNote(SOFA);
    const checkpoint = parseCheckpoint(text);
    expect(checkpoint).to.include({ origin: 'example.com/behind-the-sofa', size: 20_852_163 });
    expect(toBase64(checkpoint.root)).to.equal('CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=');
    expect(checkpointText(checkpoint)).to.equal(text);
  });

  it('name the ledger', () => {
    const genesisHash = `0x${'ab'.repeat(32)}` as const;
    expect(originOf({ chainId: 31_337, genesisHash })).to.equal(`hcl/31337/${'ab'.repeat(32)}`);
  });

  const { text } = parseNote(SOFA);
  const malformed: readonly (readonly [what: string, text: string])[] = [
    ['an extension line', `${text}more\n`],
    ['a size with a leading zero', text.replace('\n2', '\n02')],
    ['a negative size', text.replace('\n2', '\n-2')],
    ['a size beyond 2^53', text.replace('20852163', '9007199254740993')],
    ['a short root', text.replace('CsUY', '')],
    ['a root with bits that are not used', text.replace('q2I=', 'q2J=')],
    ['no newline at the end', text.slice(0, -1)],
    ['an empty origin', text.replace('example.com/behind-the-sofa', '')],
    ['a space in the origin', text.replace('behind-', 'behind ')],
  ];
  for (const [what, each] of malformed) {
    it(`are refused with ${what}`, () => expectThrows(() => parseCheckpoint(each), 'CHECKPOINT_MALFORMED'));
  }
});

describe('cosignatures', () => {
  const { text } = parseNote(SOFA);
  const [first, second, third] = [testSigner(1), testSigner(2), testSigner(3)];

  async function signed(
    ...times: readonly (readonly [signer: typeof first, timeSeconds: number])[]
  ): Promise<string> {
    const signatures = await Promise.all(
      times.map(([signer, timeSeconds]) => cosign(nodeCrypto, text, { signer, timeSeconds })),
    );
    return writeNote({ text, signatures });
  }

  it('are Ed25519 over "cosignature/v1", the time and the text, as node:crypto says', async () => {
    const { signatures } = parseNote(await signed([first, 1_679_315_147]));
    const [{ keyId, bytes } = { keyId: new Uint8Array(0), bytes: new Uint8Array(0) }] = signatures;
    expect(keyId).to.deep.equal(keyIdOf(nodeCrypto, first.name, COSIGNATURE_V1, first.publicKey));
    expect(toHex(bytes.subarray(0, 8))).to.equal('0x00000000641850cb');
    const spki = Buffer.concat([Buffer.from('302a300506032b6570032100', 'hex'), first.publicKey]);
    const key = createPublicKey({ key: spki, format: 'der', type: 'spki' });
    const message = Buffer.from(`cosignature/v1\ntime 1679315147\n${text}`);
    expect(verify(null, message, key, bytes.subarray(8))).to.equal(true);
  });

  it('hold for the time that was signed and no other', async () => {
    const note = parseNote(await signed([first, 1000]));
    expect(await cosignedAt(nodeCrypto, note, first.publicKey)).to.equal(1000);
    const [signature] = note.signatures;
    if (signature === undefined) throw new Error('there is one');
    const later = { ...note, signatures: [{ ...signature, bytes: signature.bytes.with(7, 0xff) }] };
    expect(await cosignedAt(nodeCrypto, later, first.publicKey)).to.equal(undefined);
    expect(await cosignedAt(nodeCrypto, note, second.publicKey)).to.equal(undefined);
  });

  it('are not the signature of a log, nor the other way round', async () => {
    const note = parseNote(await signed([first, 1000]));
    expect(await isSignedByLog(nodeCrypto, note, first.publicKey)).to.equal(false);
    const log = { text, signatures: [await signNote(nodeCrypto, text, first)] };
    expect(await cosignedAt(nodeCrypto, log, first.publicKey)).to.equal(undefined);
  });

  it('of k make the time that k agree on', async () => {
    const note = parseNote(await signed([first, 1000], [second, 3000], [third, 2000]));
    const all = [first, second, third];
    const times = await Promise.all(
      [1, 2, 3, 4].map((threshold) => quorumTime(nodeCrypto, note, setOf(1, threshold, all))),
    );
    expect(times).to.deep.equal([3000, 2000, 1000, undefined]);
    expect(await quorumTime(nodeCrypto, note, setOf(1, 0, all))).to.equal(undefined);
  });

  it('of one key count once, however often it signs or the set names it', async () => {
    const alias = { ...first, name: 'another.example' };
    const note = parseNote(await signed([first, 1000], [first, 2000], [alias, 3000]));
    expect(await quorumTime(nodeCrypto, note, setOf(1, 2, [first, second]))).to.equal(undefined);
    expect(await quorumTime(nodeCrypto, note, setOf(1, 2, [first, first]))).to.equal(undefined);
    expect(await quorumTime(nodeCrypto, note, setOf(1, 1, [first]))).to.equal(3000);
  });
});

/** How long a file beside the page may be: whoever has the server later cannot fill a device's memory with one. */
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { fetchBesideWith, type BesideName } from '../../../web/checkpoint/file-beside.ts';

const KB = 1024;
const LONGEST: Readonly<Record<BesideName, number>> = {
  'bundle-trust.json': 64 * KB,
  'operator.json': 64 * KB,
  'trust.json': 16 * KB * KB,
};

/** A server that sends a file without an end, and counts what was taken of it. */
function endless(): { readonly get: typeof fetch; taken: number; isHungUpOn: boolean } {
  const server = {
    taken: 0,
    isHungUpOn: false,
    get: async (): Promise<Response> => {
      const body = new ReadableStream<Uint8Array>({
        pull: (controller) => {
          server.taken += KB;
          controller.enqueue(new Uint8Array(KB));
        },
        cancel: () => void (server.isHungUpOn = true),
      });
      return new Response(body);
    },
  };
  return server;
}

describe('how long a file beside the page may be', () => {
  for (const [name, longest] of Object.entries(LONGEST) as [BesideName, number][]) {
    it(`as long as that, and not a byte more: ${name}`, async () => {
      const fetchLong = (length: number): ReturnType<ReturnType<typeof fetchBesideWith>> =>
        fetchBesideWith(async () => new Response(new Uint8Array(length)))(name);
      const whole = await fetchLong(longest);
      expect(whole instanceof Uint8Array && whole.length).to.equal(longest);
      expect(await fetchLong(longest + 1), 'one byte more').to.equal('TOO_LARGE');
    });
  }

  it('one that does not end is hung up on, and is too large', async () => {
    const server = endless();
    expect(await fetchBesideWith(server.get)('operator.json')).to.equal('TOO_LARGE');
    expect(server.isHungUpOn).to.equal(true);
    expect(server.taken).to.be.at.most(66 * KB);
  });
});

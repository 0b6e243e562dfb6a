import { Buffer } from 'node:buffer';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import { afterEach, describe, it } from 'mocha';
import { FetchError, fetchFile } from '../../../web/checkpoint/engine/fetch-file.ts';

const LONG_MS = 600_000;
const PATIENT = { silenceMs: LONG_MS, totalMs: LONG_MS };

describe('a file for the engine', () => {
  let server: Server | undefined;

  afterEach(() => {
    server?.closeAllConnections();
    server?.close();
  });

  async function serve(listener: RequestListener): Promise<URL> {
    const listening = createServer(listener);
    server = listening;
    await new Promise<void>((resolve) => {
      listening.listen(0, '127.0.0.1', resolve);
    });
    // It listens on a port.
    return new URL(`http://127.0.0.1:${(listening.address() as AddressInfo).port}/latest`);
  }

  async function problemOf(fetched: Promise<Uint8Array>): Promise<string> {
    return fetched.then(
      () => 'none',
      (error: unknown) => (error instanceof FetchError ? error.code : String(error)),
    );
  }

  it('is whole, however it comes', async () => {
    const parts = [new Uint8Array(70_000).fill(1), new Uint8Array(1).fill(2)];
    const url = await serve((_, response) => {
      response.write(parts[0], () => response.end(parts[1]));
    });
    const file = await fetchFile(url, PATIENT);
    expect(Buffer.compare(file, Buffer.concat(parts))).to.equal(0);
  });

  it('is not waited for where nothing comes at all', async () => {
    const url = await serve(() => undefined);
    expect(await problemOf(fetchFile(url, { silenceMs: 1, totalMs: LONG_MS }))).to.equal('OFFLINE');
  });

  it('is not waited for where it stops halfway', async () => {
    const url = await serve((_, response) => void response.write('half of it'));
    expect(await problemOf(fetchFile(url, { silenceMs: 20, totalMs: LONG_MS }))).to.equal('OFFLINE');
  });

  it('is not waited for where it never ends', async () => {
    const url = await serve((_, response) => {
      const more = (): void => void response.write('and more', () => setImmediate(more));
      more();
    });
    expect(await problemOf(fetchFile(url, { silenceMs: LONG_MS, totalMs: 20 }))).to.equal('OFFLINE');
  });

  it('tells an answer without a file from no answer', async () => {
    const url = await serve((_, response) => response.writeHead(503).end());
    expect(await problemOf(fetchFile(url, PATIENT))).to.equal('NO_ANSWER');
  });
});

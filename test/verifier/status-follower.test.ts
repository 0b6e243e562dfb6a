import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { once } from 'node:events';
import { expect } from 'chai';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { MAX_STATUS_BYTES, StatusList } from '../../core/status/token-status-list.ts';
import { nodeCrypto } from '../../service/node-crypto.ts';
import { silentLogger } from '../../service/logging.ts';
import { acceptManifest, MAX_DECODED_BYTES } from '../../verifier/accept-manifest.ts';
import { fetchJsonWith } from '../../verifier/fetch-json.ts';
import { StatusFollower } from '../../verifier/status-follower.ts';
import { parseStatusManifest } from '../../verifier/status-manifest.ts';
import { DID, ISSUER, listWith, manifestOf, newKey, NOW, StatusWorld, URI } from './support/status-world.ts';

const LIMITS = { maxBytes: 256 * 1024, timeoutMs: 300 };

describe('following status lists', () => {
  let world: StatusWorld;
  let server: Server;
  let follower: StatusFollower;
  let now: number;
  let requests: number;
  let answer: RequestListener;

  beforeEach(async () => {
    world = new StatusWorld();
    now = NOW;
    requests = 0;
    server = createServer((request, response) => {
      requests++;
      answer(request, response);
    });
    await once(server.listen(0, '127.0.0.1'), 'listening');
    // It listens on a port, not on a socket file.
    const { port } = server.address() as AddressInfo;
    follower = new StatusFollower(
      { issuers: [{ did: DID, url: `http://127.0.0.1:${port}` }], limits: LIMITS },
      { crypto: nodeCrypto, fetchJson: fetchJsonWith(fetch), log: silentLogger, nowSeconds: () => now },
    );
  });

  afterEach(async () => {
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  });

  it('asks nobody while the ledger knows no version', async () => {
    await follow();
    expect(requests).to.equal(0);
  });

  it('takes lists that hash to what is on the ledger', async () => {
    world.anchorStatus(1, [listWith(1, [7])]);
    serve(await manifestOf(1, [listWith(1, [7])], world.key));
    await follow();
    expect(statusOf(7)).to.equal('revoked');
    expect(statusOf(8)).to.equal('valid');
    expect(follower.failureOf(ISSUER)).to.equal(undefined);
  });

  it('asks again only when the ledger names a newer version', async () => {
    world.anchorStatus(1, [listWith(1, [])]);
    serve(await manifestOf(1, [listWith(1, [])], world.key));
    await follow();
    await follow();
    expect(requests).to.equal(1);
    world.anchorStatus(2, [listWith(2, [7])]);
    serve(await manifestOf(2, [listWith(2, [7])], world.key));
    await follow();
    expect(requests).to.equal(2);
    expect(statusOf(7)).to.equal('revoked');
  });

  it('gives a new value with every change and the same one without', async () => {
    const before = follower.lists;
    world.anchorStatus(1, [listWith(1, [])]);
    serve(await manifestOf(1, [listWith(1, [])], world.key));
    await follow();
    const after = follower.lists;
    expect(after).not.to.equal(before);
    await follow();
    expect(follower.lists).to.equal(after);
  });

  describe('keeps what it has', () => {
    beforeEach(async () => {
      world.anchorStatus(1, [listWith(1, [7])]);
      serve(await manifestOf(1, [listWith(1, [7])], world.key));
      await follow();
      world.anchorStatus(2, [listWith(2, [7, 8])]);
    });

    it('when an older version is played back', async () => {
      serve(await manifestOf(1, [listWith(1, [7])], world.key));
      await refuses('MANIFEST_OTHER_VERSION');
    });

    it('when an old list is passed off as the new version', async () => {
      serve(await manifestOf(2, [listWith(1, [7])], world.key));
      await refuses('STATUS_LISTS_MISMATCH');
    });

    it('when an entry was changed, though the issuer signed it', async () => {
      serve(await manifestOf(2, [listWith(2, [7])], world.key));
      await refuses('STATUS_LISTS_MISMATCH');
    });

    it('when a list was added', async () => {
      const extra = { ...listWith(2, []), uri: `${URI}-extra` };
      serve(await manifestOf(2, [listWith(2, [7, 8]), extra], world.key));
      await refuses('STATUS_LISTS_MISMATCH');
    });

    it('when no list is there', async () => {
      serve(await manifestOf(2, [], world.key));
      await refuses('STATUS_LISTS_MISMATCH');
    });

    it('when a stranger signed', async () => {
      serve(await manifestOf(2, [listWith(2, [7, 8])], newKey()));
      await refuses('MANIFEST_TOKEN_INVALID');
    });

    it("when a stranger signed under the issuer's key id", async () => {
      serve(await manifestOf(2, [listWith(2, [7, 8])], { ...newKey(), kid: world.key.kid }));
      await refuses('STATUS_TOKEN_SIGNATURE');
    });

    it('when the token is about another list than the manifest says', async () => {
      const manifest = await manifestOf(2, [listWith(2, [7, 8])], world.key);
      serve({ ...manifest, lists: manifest.lists.map((list) => ({ ...list, uri: `${URI}-other` })) });
      await refuses('MANIFEST_TOKEN_INVALID');
    });

    it('when the token has expired', async () => {
      serve(await manifestOf(2, [listWith(2, [7, 8])], world.key, NOW - 3600));
      await refuses('MANIFEST_TOKEN_INVALID');
    });

    it('when the key was not good at that time', async () => {
      const thumbprint = [...world.state.trust.history]
        .map(({ event }) => event)
        .find((event) => event.event === 'KeyAdded')?.thumbprint;
      if (thumbprint === undefined) throw new Error('the world has a key');
      world.append({ event: 'KeyCompromised', issuer: ISSUER, thumbprint, compromisedFrom: 0 });
      serve(await manifestOf(2, [listWith(2, [7, 8])], world.key));
      await refuses('MANIFEST_TOKEN_INVALID');
    });

    for (const [what, body] of Object.entries({
      'is no object': [],
      'has no lists': { version: 2 },
      'has a version that is no number': { version: '2', lists: [] },
      'has a list without a token': { version: 2, lists: [{ uri: URI, version: 2 }] },
    })) {
      it(`when the manifest ${what}`, async () => {
        serve(body);
        await refuses('MANIFEST_MALFORMED');
      });
    }

    it('when the answer is larger than allowed', async () => {
      answer = (_, response) => {
        response.setHeader('content-type', 'application/json');
        // More than the limit, without an end.
        const more = (): void => {
          while (response.write(' '.repeat(64 * 1024)));
          response.once('drain', more);
        };
        more();
      };
      await refuses('FETCH_TOO_LARGE');
    });

    it('when the answer never ends', async () => {
      answer = (_, response) => {
        response.write('{');
      };
      await refuses('FETCH_TIMED_OUT');
    });

    it('when the answer is not JSON', async () => {
      answer = (_, response) => response.end('<html>');
      await refuses('FETCH_NOT_JSON');
    });

    it('when the issuer answers with an error, or with a redirect', async () => {
      answer = (_, response) => response.writeHead(500).end();
      await refuses('FETCH_REFUSED');
      now += 60;
      answer = (_, response) => response.writeHead(302, { location: 'http://127.0.0.1:1/' }).end();
      await refuses('FETCH_UNREACHABLE');
    });

    it('and asks again, later and later, until it is answered well', async () => {
      answer = (_, response) => response.writeHead(500).end();
      requests = 0;
      await follow();
      await follow();
      expect(requests, 'within the same second').to.equal(1);
      now += 1;
      await follow();
      expect(requests, 'a second later').to.equal(2);
      now += 1;
      await follow();
      expect(requests, 'too early').to.equal(2);
      now += 1;
      serve(await manifestOf(2, [listWith(2, [7, 8])], world.key));
      await follow();
      expect(statusOf(8)).to.equal('revoked');
      expect(follower.failureOf(ISSUER)).to.equal(undefined);
    });

    it('when the lists inflate to more than one issuer may have, and stops decoding there', async () => {
      const list = new StatusList(2, new Uint8Array(MAX_STATUS_BYTES));
      const content = { uri: URI, version: 2, list };
      const { lists } = await manifestOf(2, [content], world.key);
      const tooMany = MAX_DECODED_BYTES / MAX_STATUS_BYTES + 1;
      // What comes after the limit is no token at all, and nobody gets to see it.
      const rest = { uri: URI, version: 2, token: 'none' };
      serve({ version: 2, lists: [...Array.from({ length: tooMany }, () => lists[0]), rest] });
      await refuses('MANIFEST_TOO_LARGE');
    });

    it('and a newer version does not shorten the wait after a bad answer', async () => {
      serve({ version: 2 });
      await refuses('MANIFEST_MALFORMED');
      requests = 0;
      for (let version = 3; version < 6; version++) {
        world.anchorStatus(version, [listWith(version, [7])]);
        await follow();
      }
      expect(requests).to.equal(0);
      now += 1;
      await follow();
      expect(requests).to.equal(1);
    });

    it('when the issuer has had too many requests', async () => {
      answer = (_, response) => response.writeHead(429, { 'retry-after': '7' }).end();
      await refuses('FETCH_BUSY');
    });

    async function refuses(code: string): Promise<void> {
      const before = follower.lists;
      await follow();
      expect(follower.failureOf(ISSUER)).to.equal(code);
      expect(follower.lists).to.equal(before);
      expect(statusOf(7)).to.equal('revoked');
      expect(statusOf(8)).to.equal('valid');
    }
  });

  it('lets everything else have its turn between two lists', async () => {
    const lists = Array.from({ length: 20 }, (_, i) => ({ ...listWith(1, []), uri: `${URI}-${i}` }));
    world.anchorStatus(1, lists);
    const anchor = world.state.statusAnchors.get(ISSUER);
    if (anchor === undefined) throw new Error('the ledger has a version');
    const manifest = parseStatusManifest(await manifestOf(1, lists, world.key));
    let turns = 0;
    const count = (): void => {
      turns++;
      timer = setImmediate(count);
    };
    let timer = setImmediate(count);
    const context = { crypto: nodeCrypto, state: world.state, nowSeconds: NOW };
    const accepted = await acceptManifest(manifest, anchor, context);
    clearImmediate(timer);
    expect(accepted.lists).to.have.length(20);
    expect(turns).to.be.at.least(19);
  });

  it('takes lists over from a snapshot while the ledger still vouches for them', async () => {
    world.anchorStatus(1, [listWith(1, [7])]);
    serve(await manifestOf(1, [listWith(1, [7])], world.key));
    await follow();
    const { lists } = follower;
    const restarted = freshFollower();
    restarted.restore(world.state, lists);
    expect(restarted.lists.versionOf(ISSUER)).to.equal(1);
    world.anchorStatus(2, [listWith(2, [7, 8])]);
    const late = freshFollower();
    late.restore(world.state, lists);
    expect(late.lists.versionOf(ISSUER)).to.equal(0);
  });

  function freshFollower(): StatusFollower {
    const fetchJson = (): Promise<unknown> => Promise.reject(new TypeError('not asked'));
    return new StatusFollower(
      { issuers: [], limits: LIMITS },
      { crypto: nodeCrypto, fetchJson, log: silentLogger, nowSeconds: () => now },
    );
  }

  function serve(body: unknown): void {
    answer = (_, response) =>
      response.setHeader('content-type', 'application/json').end(JSON.stringify(body));
  }

  async function follow(): Promise<void> {
    follower.follow(world.state);
    await follower.settle();
  }

  function statusOf(index: number): string | undefined {
    return follower.lists.get(ISSUER, URI)?.list.get(index);
  }
});

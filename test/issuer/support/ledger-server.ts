/**
 * A `MemoryLedger` that issuers in other processes reach over HTTP, as JSON: `{"port":"anchor","method":"find","args":[…]}`.
 * Byte strings travel as `{"hex":"0x…"}`.
 */
import { createServer, type Server } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { fromHex, toHex, type Hex } from '../../../core/bytes/hex.ts';
import type { AnchorPort, StatusPort } from '../../../issuer/ports.ts';
import { approverOf } from '../../../ledger/act-approval.ts';
import { PLACE, type MemoryLedger } from './memory-ledger.ts';

interface Call {
  readonly port: 'ledger' | 'status';
  readonly method: string;
  readonly args: readonly unknown[];
}

/** Serves the ledger on loopback. */
export class LedgerServer implements AsyncDisposable {
  readonly #server: Server;

  private constructor(server: Server) {
    this.#server = server;
  }

  static async start(ledger: MemoryLedger): Promise<LedgerServer> {
    const server = createServer((request, response) => {
      let text = '';
      request.setEncoding('utf8').on('data', (piece: string) => (text += piece));
      request.on('end', () => {
        answer(ledger, decode(text) as Call).then(
          (value) => response.end(encode({ value })),
          (error: unknown) => response.writeHead(500).end(encode({ error: String(error) })),
        );
      });
    });
    await once(server.listen(0, '127.0.0.1'), 'listening');
    return new LedgerServer(server);
  }

  get url(): string {
    // A listening server on TCP has such an address.
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }
}

async function answer(ledger: MemoryLedger, { port, method, args }: Call): Promise<unknown> {
  // The clients below call nothing but methods of the two ports.
  const methods = ledger[port] as unknown as Record<
    string,
    (...args: readonly unknown[]) => Promise<unknown>
  >;
  return await methods[method]?.(...args);
}

/** The ports of an issuer whose ledger is served at `url`. */
export function portsAt(
  url: string,
  account: Hex,
): { readonly ledger: AnchorPort; readonly status: StatusPort } {
  const call =
    (port: Call['port'], method: string) =>
    async (...args: readonly unknown[]): Promise<never> => {
      const response = await fetch(url, { method: 'POST', body: encode({ port, method, args }) });
      const { value, error } = decode(await response.text()) as { value?: never; error?: string };
      if (error !== undefined) throw new Error(error);
      return value as never; // what the port of the same name answers
    };
  return {
    ledger: {
      account,
      anchor: call('ledger', 'anchor'),
      find: call('ledger', 'find'),
      sequence: call('ledger', 'sequence'),
      anchoredAfter: call('ledger', 'anchoredAfter'),
    },
    status: {
      account,
      publish: call('status', 'publish'),
      current: call('status', 'current'),
      publishedAfter: call('status', 'publishedAfter'),
      approverOf: (batch, signature) => approverOf(PLACE, batch, signature),
      isApprover: call('status', 'isApprover'),
      actSequence: call('status', 'actSequence'),
      anchorActs: call('status', 'anchorActs'),
    },
  };
}

function encode(value: unknown): string {
  // The member itself: a Buffer would have been written in its own way by the time it is handed in.
  return JSON.stringify(value, function (this: Readonly<Record<string, unknown>>, name, given: unknown) {
    const member = this[name];
    return member instanceof Uint8Array ? { hex: toHex(member) } : given;
  });
}

function decode(text: string): unknown {
  return JSON.parse(text, (_name, member: unknown) =>
    typeof member === 'object' && member !== null && 'hex' in member && typeof member.hex === 'string'
      ? fromHex(member.hex)
      : member,
  );
}

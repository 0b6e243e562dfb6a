/** Clients that are no use: connections that say nothing, and requests that never get to their end. */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

export interface IdleSockets extends Disposable {
  /** Those that the server has not ended. */
  open(): number;
}

/** @param opening sent at once; empty: nothing is ever said */
export async function openSockets(url: string, count: number, opening: string): Promise<IdleSockets> {
  const { hostname, port } = new URL(url);
  const sockets: Socket[] = [];
  for (let i = 0; i < count; i++) {
    const socket = connect(Number(port), hostname);
    socket.on('error', () => undefined);
    await once(socket, 'connect');
    if (opening !== '') socket.write(opening);
    socket.resume();
    sockets.push(socket);
  }
  return {
    open: () => sockets.filter(({ destroyed, readableEnded }) => !destroyed && !readableEnded).length,
    [Symbol.dispose]() {
      for (const socket of sockets) socket.destroy();
    },
  };
}

/** A request line and a header that has no end. */
export const SLOW_HEADERS = 'POST /verify HTTP/1.1\r\nhost: gate.example\r\nx-slow: ';
/** A body of which most never comes. */
export const SLOW_BODY =
  'POST /verify HTTP/1.1\r\nhost: gate.example\r\ncontent-type: application/json\r\ncontent-length: 1000\r\n\r\n{"code":';
/** A stream of lines of which none comes. */
export const SILENT_STREAM =
  'POST /verify HTTP/1.1\r\nhost: gate.example\r\ncontent-type: application/x-ndjson\r\ntransfer-encoding: chunked\r\n\r\n';

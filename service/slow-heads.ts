/**
 * Connections on which the head of a request does not come. Node looks for them by walking over every connection there is,
 * makes an error with its stack for each, and answers also those who said nothing: beside thousands of them the honest
 * would wait. So new connections stand here in the order in which they came, which is the order in which they are due, and
 * are given up a few at a time. Node's own look is left for heads that are slow on a connection that has been used.
 */
import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type { Service } from './app.ts';
import type { GivingUp } from './giving-up.ts';

const LOOK_MS = 50;
/** RFC 9110 §15.5.9. Who has said nothing is not answered either. */
const TOO_SLOW = 'HTTP/1.1 408 Request Timeout\r\nConnection: close\r\nContent-Length: 0\r\n\r\n';

/** Call before the app listens. @param withinMs shorter than Node's own limit */
export function endSlowHeads(app: Service, withinMs: number, givingUp: GivingUp): void {
  const dueMs = new Map<Socket, number>();
  /** Those who are about to be ended: whoever asks until then is answered. */
  const givenUp = new Set<Socket>();
  const giveUp = (socket: Socket): void => {
    givenUp.add(socket);
    givingUp.add(() => {
      if (givenUp.delete(socket)) end(socket);
    });
  };
  app.server.on('connection', (socket: Socket) => {
    dueMs.set(socket, performance.now() + withinMs);
    socket.once('close', () => dueMs.delete(socket));
  });
  for (const event of ['request', 'checkContinue'] as const) {
    app.server.on(event, ({ socket }: IncomingMessage) => {
      dueMs.delete(socket);
      givenUp.delete(socket);
    });
  }
  const looking = setInterval(() => {
    const nowMs = performance.now();
    for (const [socket, due] of dueMs) {
      if (due > nowMs) return;
      dueMs.delete(socket);
      giveUp(socket);
    }
  }, LOOK_MS).unref();
  app.addHook('onClose', async () => clearInterval(looking));
  onWhatNodeFinds(app, giveUp);
}

function onWhatNodeFinds(app: Service, giveUp: (socket: Socket) => void): void {
  const others = app.server.listeners('clientError');
  app.server.removeAllListeners('clientError');
  app.server.on('clientError', (error, socket) => {
    // Of an HTTP server each connection is a socket.
    if ('code' in error && error.code === 'ERR_HTTP_REQUEST_TIMEOUT') giveUp(socket as Socket);
    else for (const listener of others) Reflect.apply(listener, app.server, [error, socket]);
  });
}

function end(socket: Socket): void {
  if (socket.bytesRead > 0 && socket.writable) socket.write(TOO_SLOW);
  socket.destroy();
}

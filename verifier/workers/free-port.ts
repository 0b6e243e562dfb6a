/** A port that nobody has now: workers share one that is settled, so that whoever is started again finds the same. */
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';

export async function freePort(host: string): Promise<number> {
  const server = createServer().listen({ host, port: 0 });
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo; // it listens on a port
  server.close();
  await once(server, 'close');
  return port;
}

import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { LocalMisuseError } from '../status/errors.ts';

export interface TextServer {
  /** `http://127.0.0.1:9182/metrics` */
  readonly url: string;
  close(): void;
}

export interface TextServed {
  readonly path: string;
  readonly contentType: string;
  readonly render: () => Promise<string>;
}

/** Serves one text over HTTP to this machine alone: it listens on 127.0.0.1. Port 0 is any free one. A server alone keeps no process alive. */
export async function serveText(port: number, { path, contentType, render }: TextServed): Promise<TextServer> {
  const server = createServer((request, response) => {
    const readable = request.method === 'GET' || request.method === 'HEAD';
    if (!readable || new URL(request.url ?? '/', 'http://127.0.0.1').pathname !== path) {
      response.writeHead(readable ? 404 : 405, { 'content-type': 'text/plain' }).end(`There is GET ${path}.\n`);
      return;
    }
    render().then(
      (text) => response.writeHead(200, { 'content-type': contentType }).end(text),
      () => response.writeHead(500).end(),
    );
  });
  server.unref();
  server.listen(port, '127.0.0.1');
  try {
    await once(server, 'listening');
  } catch (cause) {
    throw new LocalMisuseError(`port ${port} of 127.0.0.1 cannot be listened on: ${(cause as Error).message}`, {
      code: 'ERR_CLUSRPC_INVALID_OPTION',
      advice: 'Name another port, or 0 for any.',
      cause,
    });
  }
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}${path}`;
  return {
    url,
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

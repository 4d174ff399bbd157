import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import type { WebSocket } from 'ws';
import { targetOf } from '../client.ts';
import type { Gateway } from '../gateway.ts';
import { newId } from '../identifiers.ts';
import type { Stage, WebSocketApi } from '../model.ts';
import { Connection } from './connection.ts';
import { type Closing, disconnectEvent, noStatusReason } from './disconnect-event.ts';
import { Handshake, isUpgrade, refuse } from './handshake.ts';
import { attachSocket } from './socket.ts';
import { refusePolling } from './socketio-polling.ts';
import { type Accepted, upgrade } from './upgrade.ts';

/** All WebSocket APIs and their open connections. */
export class WebSocketApis {
  readonly #gateway: Gateway;
  readonly #handshake: Handshake;
  readonly #stages: readonly { api: WebSocketApi; stage: Stage }[];
  readonly #connections = new Map<string, Connection>();
  readonly #pending = new Set<Duplex>();
  #isClosed = false;

  constructor(gateway: Gateway) {
    this.#gateway = gateway;
    this.#handshake = new Handshake(gateway.settings);
    this.#stages = gateway.model.webSocketApis.flatMap((api) => api.stages.map((stage) => ({ api, stage })));
  }

  get connectionIds(): string[] {
    return [...this.#connections.values()].filter(({ isOpen }) => isOpen).map(({ id }) => id);
  }

  /** Of several APIs with this stage the one that the connection is of, else the first; or only of the API that is given. */
  stageOf(connectionId: string, name: string, apiId: string | undefined): Stage | undefined {
    const stage = this.#connections.get(connectionId)?.stage;
    const isNamed = stage?.name === name && (apiId === undefined || stage.apiId === apiId);
    return isNamed ? stage : this.#find(name, apiId)?.stage;
  }

  /** An open connection of this stage. One whose `$connect` still runs is not open yet. */
  connection(stage: Stage, id: string): Connection | undefined {
    const connection = this.#connections.get(id);
    return connection?.stage === stage && connection.isOpen ? connection : undefined;
  }

  covers(req: IncomingMessage): boolean {
    return this.#find(stageNameOf(req), undefined) !== undefined;
  }

  handleUpgrade(apiId: string | undefined, req: IncomingMessage, socket: Duplex, head: Buffer): void {
    socket.on('error', () => socket.destroy());
    const stage = this.#find(stageNameOf(req), apiId);
    if (!stage || !isUpgrade(req)) {
      const status = stage ? 400 : this.#gateway.settings.unknownStageStatus;
      refuse(socket, status, { requestId: newId() });
      return;
    }
    this.#pending.add(socket);
    socket.once('close', () => this.#pending.delete(socket));
    const onOpen = (webSocket: WebSocket, accepted: Accepted) => {
      this.#pending.delete(socket);
      this.#open(webSocket, socket, accepted);
    };
    const onAbandoned = (accepted: Accepted) =>
      this.#disconnected(accepted, { code: 1006, reason: this.#gateway.settings.lostConnectionReason });
    upgrade(this.#gateway, this.#handshake, stage, { req, socket, head }, onOpen, onAbandoned).catch(
      (error) => {
        this.#gateway.log(`API Gateway could not upgrade a connection: ${error}`);
        socket.destroy();
      },
    );
  }

  /** Answers 426 to a GET of a stage that asks for no upgrade. @returns false if the request is for something else */
  refuseRequest(apiId: string | undefined, req: IncomingMessage, res: ServerResponse): boolean {
    const name = stageNameOf(req);
    if (!this.#find(name, apiId)) return false;
    if (refusePolling(req, res, this.#gateway.log)) return true;
    const isHttpStage = this.#gateway.model.httpApis.some(({ stages }) =>
      stages.some((s) => s.name === name),
    );
    if (req.method !== 'GET' || isHttpStage) return false;
    const body = JSON.stringify({ message: 'Upgrade Required', requestId: newId() });
    res.writeHead(426, { 'Content-Type': 'application/json', Upgrade: 'websocket' }).end(body);
    return true;
  }

  /** Cuts all connections; no `$disconnect` runs any more. */
  close(): void {
    this.#isClosed = true;
    for (const socket of this.#pending) socket.destroy();
    for (const connection of this.#connections.values()) connection.cut();
  }

  #find(name: string, apiId: string | undefined) {
    return this.#stages.find(({ stage }) => stage.name === name && (apiId ?? stage.apiId) === stage.apiId);
  }

  #open(webSocket: WebSocket, socket: Duplex, accepted: Accepted): void {
    const connection = new Connection(webSocket, { ...accepted, nowMs: this.#gateway.clock.now() });
    // Only from here on, after the 101 was written, can anything be posted to the connection.
    this.#connections.set(connection.id, connection);
    attachSocket(this.#gateway, connection, webSocket, socket, (closing) => {
      this.#connections.delete(connection.id);
      this.#disconnected(accepted, closing);
    });
    if (this.#isClosed) connection.cut();
  }

  /** Invokes `$disconnect`, whose result nobody waits for. AWS promises only to try. */
  #disconnected({ facts, authorizer, api }: Accepted, closing: Closing): void {
    const { faults, clock, integrations } = this.#gateway;
    const integration = api.routes.get('$disconnect')?.integration;
    if (this.#isClosed || integration?.type !== 'lambda') return;
    if (Math.random() < faults.dropDisconnect) return;
    const reason = closing.code === 1005 ? noStatusReason : closing.reason;
    const event = disconnectEvent(facts, authorizer, { code: closing.code, reason }, clock.now());
    void integrations.call(integration.functionArn, event, integration.timeoutMs);
  }
}

/** The stage of `/{stage}` or `/{stage}/`; a WebSocket API has no other paths. */
const stageNameOf = (req: IncomingMessage): string => /^\/([^/]+)\/?$/.exec(targetOf(req).path)?.[1] ?? '';

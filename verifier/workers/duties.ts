/** What a worker may ask the syncing process, which alone keeps what all of them share; and what that may ask a worker. */
import type { Outcome } from '../../core/verify/reasons.ts';
import type { MetricValues } from '../../service/metrics.ts';
import type { VerifierConfig } from '../config.ts';
import type { HeldContents } from '../checkpoint-files.ts';
import type { Device, Post } from '../devices/device.ts';
import type { Devices } from '../devices/devices.ts';
import type { Place } from '../sightings.ts';
import type { News, Standing } from './news.ts';

export type OwnerDuties = {
  /** Of the worker itself: its share of what is for all of them. */
  config(): VerifierConfig;
  /** The operator's files as they are in use. */
  files(): HeldContents;
  /** The worker is about to listen; the port is free for it when this is answered. */
  takePort(): Promise<void>;
  news(standing: Standing): Promise<News>;
  /** Notes where a code was shown: `Sightings.note`. */
  note(commitment: Uint8Array, place: Place, nowSeconds: number): boolean;
  invite(post: Post, ttlSeconds: number): ReturnType<Devices['invite']>;
  enrol(secret: string, publicKey: string, signature: string): Promise<Device>;
  revoke(id: string): Promise<void>;
  proven(proof: string): Promise<Device>;
  served(id: string): Device;
  listDevices(): ReturnType<Devices['list']>;
  countTold(id: string, outcome: Outcome): void;
  /** Of all processes together, as Prometheus reads it. */
  metrics(): Promise<string>;
};

export type WorkerDuties = {
  /** Whether it answers at all. */
  ping(): void;
  /** There may be news. */
  wake(): void;
  /** Resolves when everything that was taken is answered. */
  stop(): Promise<void>;
  ownMetrics(): Promise<MetricValues>;
};

// @ts-check
/** A thread that ends its process when the parent's end of a pipe closes, also while the main thread is in native code. */
import { Socket } from 'node:net';
import { parentPort, workerData } from 'node:worker_threads';

new Socket({ fd: workerData })
  .on('error', () => {})
  .on('close', () => process.kill(process.pid, 'SIGKILL'))
  .resume();

parentPort?.postMessage('watching');

/** A service in NestJS on Express. */
import 'reflect-metadata';
import { NestFactory } from '@nestjs/core';
import { meshspan } from 'meshspan/express';
import { AppModule } from './app.module.js';

const app = await NestFactory.create(AppModule);
// Before all else that the application uses: guards, interceptors and pipes then run in the request's context.
app.use(meshspan());
await app.listen(Number(process.env.PORT ?? 8080), '127.0.0.1');
console.log(`listening on ${await app.getUrl()}`);

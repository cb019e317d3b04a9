#!/bin/sh
# Run once by the PostgreSQL container, when its volume is empty: the roles and the
# database of the application, with the extensions in it. A superuser makes them here,
# so that the application need not be one. spo owns the tables and migrates; what serves
# signs in as a role that owns nothing (docs/adr/0007). One more role, which nothing that
# serves knows, erases what two people let go (`manage.py erase_disposed`). On a volume that
# was made before there were these roles, run the same statements by hand.
set -eu
psql -X -q -v ON_ERROR_STOP=1 -U "$POSTGRES_USER" -d postgres <<'SQL'
\getenv owner OWNER_DB_PASSWORD
\getenv app APP_DB_PASSWORD
\getenv worker WORKER_DB_PASSWORD
\getenv outbox OUTBOX_DB_PASSWORD
create role spo login password :'owner';
create role spo_app login noinherit password :'app';
create role spo_worker login noinherit password :'worker';
create role spo_outbox login noinherit password :'outbox';
create role spo_support noinherit;
grant spo_app, spo_worker, spo_outbox, spo_support to spo;
grant spo_support to spo_app;
create database spo owner spo;
\getenv eraser ERASER_DB_PASSWORD
create role spo_eraser login password :'eraser';
grant connect on database spo to spo_eraser;
revoke connect, temporary on database spo from public;
grant connect on database spo to spo_app, spo_worker, spo_outbox;
grant temporary on database spo to spo_worker;
\connect spo
create extension if not exists postgis;
create extension if not exists btree_gist;
SQL

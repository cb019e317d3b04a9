#!/bin/sh
# Run once by the PostgreSQL container, when its volume is empty: the role and the
# database of the application, with the extensions in it. A superuser makes them here,
# so that the application need not be one. A second role, which the application does not know, erases what two people
# let go (`manage.py erase_disposed`).
set -eu
psql -X -q -v ON_ERROR_STOP=1 -U "$POSTGRES_USER" -d postgres <<'SQL'
\getenv password APP_DB_PASSWORD
create role spo login password :'password';
create database spo owner spo;
\getenv eraser ERASER_DB_PASSWORD
create role spo_eraser login password :'eraser';
grant connect on database spo to spo_eraser;
revoke connect, temporary on database spo from public;
\connect spo
create extension if not exists postgis;
create extension if not exists btree_gist;
SQL

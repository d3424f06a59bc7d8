/* Durable messages a second in a bare loop: `message_writes DATABASE TEXT SECONDS` inserts rows into the `message` table of a copy
   of the server's database, with its indexes, WAL and synchronous=FULL, 64 rows a transaction, and prints the rate. */
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { PEOPLE = 1000, GROUP = 64 };

static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec + t.tv_nsec / 1e9;
}

static sqlite3 *db;

static void must(int right) {
    if (right) return;
    fprintf(stderr, "message_writes: %s\n", sqlite3_errmsg(db));
    exit(1);
}

static void run(const char *sql) { must(sqlite3_exec(db, sql, NULL, NULL, NULL) == SQLITE_OK); }

int main(int argc, char **argv) {
    static char ids[PEOPLE][64];
    if (argc != 4) return 2;
    must(sqlite3_open_v2(argv[1], &db, SQLITE_OPEN_READWRITE, NULL) == SQLITE_OK);
    run("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA temp_store = MEMORY");
    sqlite3_stmt *statement;
    must(sqlite3_prepare_v2(db, "SELECT id FROM account LIMIT 1000", -1, &statement, NULL) == SQLITE_OK);
    int people = 0;
    while (people < PEOPLE && sqlite3_step(statement) == SQLITE_ROW) {
        snprintf(ids[people++], sizeof ids[0], "%s", sqlite3_column_text(statement, 0));
    }
    must(people > 1);
    sqlite3_finalize(statement);
    const char *sql = "INSERT INTO message (id, sender_id, recipient_id, text, sent_at) VALUES (?1, ?2, ?3, ?4, ?5)";
    must(sqlite3_prepare_v2(db, sql, -1, &statement, NULL) == SQLITE_OK);

    long count = 0;
    double seconds = atof(argv[3]), began = now();
    while (now() - began < seconds) {
        run("BEGIN IMMEDIATE");
        for (int i = 0; i < GROUP; i++, count++) {
            char id[27];
            snprintf(id, sizeof id, "7%025ld", count); /* after every id of a ULID that is there */
            sqlite3_bind_text(statement, 1, id, -1, SQLITE_STATIC);
            sqlite3_bind_text(statement, 2, ids[count % people], -1, SQLITE_STATIC);
            sqlite3_bind_text(statement, 3, ids[(count * 7 + 1) % people], -1, SQLITE_STATIC);
            sqlite3_bind_text(statement, 4, argv[2], -1, SQLITE_STATIC);
            sqlite3_bind_int64(statement, 5, 1800000000000 + count);
            must(sqlite3_step(statement) == SQLITE_DONE);
            sqlite3_reset(statement);
        }
        run("COMMIT");
    }
    printf("%.1f\n", count / (now() - began));
    return 0;
}

#!/usr/bin/env python3
"""Compares an import with a script that does its SQL with Python's sqlite3.

Usage: python3 server/bench/import.py [--rows N] [--rounds N] [--dir DIR] bin/installstatus

Both read the same file in the form of Intune's report and write the same columns, primary key and indexes to a new database,
the script in one transaction. They take turns. Then both read the file again, which changes nothing.
"""
import argparse, csv, hashlib, os, random, sqlite3, statistics, subprocess, sys, tempfile, time, uuid

TENANT = "5a3d2f10-6c1b-4e0f-9d4a-2b7c8e9f0a11"
APP = "7a6f1c2e-0d4b-4a55-9f0e-3c1d5b8e2f60"
HEADER = ["DeviceName", "UserPrincipalName", "Platform", "AppVersion", "DeviceId", "LastModifiedDateTime", "AppInstallState", "HexErrorCode"]

# The tables of server/store/sqlite/migrations.
SCHEMA = """
CREATE TABLE statuses (
    app INTEGER NOT NULL, id TEXT NOT NULL, user_status TEXT NOT NULL, device_name TEXT, device_id TEXT,
    last_sync_date_time TEXT NOT NULL, last_sync_instant TEXT NOT NULL, mobile_app_install_status_value TEXT NOT NULL,
    install_state TEXT NOT NULL, install_state_detail TEXT NOT NULL, error_code INTEGER NOT NULL, os_version TEXT,
    os_description TEXT, user_name TEXT, user_principal_name TEXT, display_version TEXT, PRIMARY KEY (app, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX statuses_user_status ON statuses (app, user_status);
CREATE INDEX statuses_device_id ON statuses (app, device_id);
CREATE INDEX statuses_user_principal_name ON statuses (app, user_principal_name);
"""
UPSERT = """
INSERT INTO statuses VALUES (1, ?, ?, ?, ?, ?, ?, ?, ?, '', ?, NULL, ?, NULL, ?, ?)
ON CONFLICT (app, id) DO UPDATE SET device_name = excluded.device_name, device_id = excluded.device_id,
    last_sync_date_time = excluded.last_sync_date_time, last_sync_instant = excluded.last_sync_instant,
    mobile_app_install_status_value = excluded.mobile_app_install_status_value, install_state = excluded.install_state,
    error_code = excluded.error_code, os_description = excluded.os_description,
    user_principal_name = excluded.user_principal_name, display_version = excluded.display_version
"""
STATES = {"Installed": "installed", "Failed": "failed", "NotInstalled": "notInstalled", "PendingInstall": "pendingInstall"}


def generate(path, rows):
    anything = random.Random(1)
    with open(path, "w", newline="") as file:
        report = csv.writer(file)
        report.writerow(HEADER)
        for n in range(rows):
            device = uuid.UUID(int=anything.getrandbits(128), version=4)
            user = f"user{anything.randrange(max(1, rows * 3 // 4))}@contoso.example"
            synced = f"2026-{anything.randrange(1, 13):02}-{anything.randrange(1, 29):02} {anything.randrange(24):02}:15:{anything.randrange(60):02}.0000000"
            state = anything.choice(list(STATES))
            report.writerow([f"DESKTOP-{n:07}", user, "Windows", f"4.{n % 9}.0", device, synced, state, "0x87D1041C" if state == "Failed" else "0x0"])


def derived(space, name):
    digest = hashlib.sha1(space + name.lower().encode()).hexdigest()
    return f"{digest[:8]}-{digest[8:12]}-5{digest[13:16]}-8{digest[17:20]}-{digest[20:32]}"


def rows_of(path):
    with open(path, newline="") as file:
        report = csv.reader(file)
        next(report)
        for name, user, platform, version, device, synced, state, error in report:
            synced = synced.replace(" ", "T")
            code = int(error, 16)
            yield (derived(b"device", device), derived(b"user", user), name, device, synced + "Z", synced + "00Z", STATES[state], STATES[state],
                   code - (1 << 32) if code >> 31 else code, platform, user, version)


def script(report, database):
    """What is compared with: one transaction."""
    connection = sqlite3.connect(database)
    if not connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()[0]:
        connection.executescript(SCHEMA)
    with connection:
        connection.executemany(UPSERT, rows_of(report))
    connection.close()


def timed(command):
    """Returns seconds, seconds of CPU, and the most memory of the process in MiB."""
    began = time.monotonic()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    errors = process.stderr.read()
    _, code, used = os.wait4(process.pid, 0)
    if code:
        sys.exit(f"{' '.join(command)}: {errors}")
    return time.monotonic() - began, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--rows", type=int, default=100_000)
    arguments.add_argument("--rounds", type=int, default=3)
    arguments.add_argument("--dir", help="where the files are created; they are removed afterwards")
    arguments.add_argument("program")
    chosen = arguments.parse_args()
    took = {}
    with tempfile.TemporaryDirectory(dir=chosen.dir) as directory:
        report = os.path.join(directory, "report.csv")
        generate(report, chosen.rows)
        for round in range(chosen.rounds):
            files = {name: os.path.join(directory, f"{name}-{round}.db") for name in ("import", "script")}
            commands = {
                "import": [chosen.program, "import", "--db", "sqlite:" + files["import"], "--tenant", TENANT, "--app", APP, report],
                "script": [sys.executable, os.path.abspath(__file__), "--script", report, files["script"]],
            }
            for which in ("first", "again"):
                for name in sorted(commands, reverse=round % 2 == 1):
                    took.setdefault((which, name), []).append(timed(commands[name]))
            for file in files.values():
                os.remove(file)
    print(f"{chosen.rows:,} rows, {chosen.rounds} rounds, Python {sys.version.split()[0]} with SQLite {sqlite3.sqlite_version}\n")
    print("|  | import, rows/s | script, rows/s | time, import ÷ script | CPU, import ÷ script | memory of the import, MiB |")
    print("|---|---|---|---|---|---|")
    for which in ("first", "again"):
        ours, theirs = took[which, "import"], took[which, "script"]
        speed = [chosen.rows / statistics.median(seconds for seconds, _, _ in of) for of in (ours, theirs)]
        ratio = [statistics.median(a[i] / b[i] for a, b in zip(ours, theirs)) for i in (0, 1)]
        print(f"| {which} | {speed[0]:,.0f} | {speed[1]:,.0f} | {ratio[0]:.2f} | {ratio[1]:.2f} | {max(memory for _, _, memory in ours):.0f} |", flush=True)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--script"]:
        script(*sys.argv[2:])
    else:
        main()

//! Uses the client that OpenAPI Generator makes of openapi.yaml against a server with sample data, and prints one line for each
//! thing that holds. SERVER is the server's address, TOKEN a token for writing.

use std::collections::HashSet;
use std::env;
use std::process::exit;

use chrono::{DateTime, Datelike};
use installstatus_client::apis::{configuration::Configuration, device_statuses_api as statuses, user_statuses_api as users, Error};
use installstatus_client::models::{
    MobileAppInstallStatus, MobileAppInstallStatusCollectionResponse, MobileAppInstallStatusInput, ODataError, ResultantAppState,
};
use statuses::{GetDeviceStatusError, UpdateDeviceStatusError};

// The sample app, a user status of it, and a device status of that.
const APP: &str = "7a6f1c2e-0d4b-4a55-9f0e-3c1d5b8e2f60";
const USER: &str = "c0b9d1a4-52f7-4f6e-8a33-0e6d9c7b1f25";
const STATUS: &str = "7560ee45-ee45-7560-45ee-607545ee6075";

fn main() -> Result<(), Box<dyn std::error::Error>> {
    // README.md shows what follows.
    let mut client = Configuration::new();
    client.base_path = env::var("SERVER")? + "/beta";
    client.bearer_access_token = Some(env::var("TOKEN")?);
    let patched = statuses::update_device_status(&client, APP, STATUS, MobileAppInstallStatusInput {
        install_state: Some(ResultantAppState::Failed),
        error_code: Some(-2016345060),
        os_description: Some(None), // cleared; None is left out and kept
        ..Default::default()
    }, None, None, None, None)?;
    // README.md shows what stands above.
    holds("patch-app-path", patched.id == STATUS);
    holds("enum-typed", patched.install_state == ResultantAppState::Failed);
    holds("negative-int32", patched.error_code == -2016345060);

    let update = |input: MobileAppInstallStatusInput, if_match: Option<&str>, prefer: Option<&str>| {
        statuses::update_device_status(&client, APP, STATUS, input, None, if_match, prefer, None)
    };
    let input = MobileAppInstallStatusInput::new;

    let named = MobileAppInstallStatusInput { device_name: text("Named"), os_description: text("Described"), ..input() };
    let described = users::update_user_device_status(&client, APP, USER, STATUS, named, None, None, None, None)?;
    holds("patch-user-path", described.os_description.as_deref() == Some("Described"));

    let kept = update(MobileAppInstallStatusInput { error_code: Some(9), ..input() }, None, None)?;
    holds("omitted-kept", kept.os_description.as_deref() == Some("Described") && is_named(&kept));
    let cleared = update(MobileAppInstallStatusInput { os_description: Some(None), ..input() }, None, None)?;
    holds("null-cleared", cleared.os_description.is_none() && is_named(&cleared));

    let synced = DateTime::parse_from_rfc3339("2017-01-01T00:02:49.320597612-08:00")?;
    let answered = update(MobileAppInstallStatusInput { last_sync_date_time: Some(synced), ..input() }, None, None)?;
    holds("instant", answered.last_sync_date_time == synced);
    holds("seventh-digit", answered.last_sync_date_time.timestamp_subsec_nanos() == synced.timestamp_subsec_nanos());

    // The variant of an error says nothing, since all have the same content: the status does.
    match statuses::get_device_status(&client, APP, "none", None, None, None) {
        Err(Error::ResponseError(answer)) => {
            let Some(GetDeviceStatusError::Status400(body)) = answer.entity else { exit(1) };
            holds("error-404", answer.status == 404 && body.error.code == "ResourceNotFound");
        }
        _ => holds("error-404", false),
    }
    let (status, body) = refused(update(MobileAppInstallStatusInput { os_version: text(&"x".repeat(8193)), ..input() }, None, None));
    let details = body.error.details.unwrap_or_default();
    let at: Vec<_> = details.iter().map(|each| (each.code.as_str(), each.target.as_str())).collect();
    holds("error-400-details", status == 400 && at == [("TooLong", "/osVersion")]);
    holds("typed-error", !body.error.inner_error.request_id.is_nil());
    let (status, body) = refused(update(input(), Some("\"another\""), None));
    holds("error-412", status == 412 && body.error.code == "ConditionNotMet");

    cannot("etag", "a function gives the body alone, no header", true);
    let minimal = update(input(), None, Some("return=minimal"));
    cannot("return-minimal", "a 204 is an error, though the change was made", matches!(minimal, Err(Error::Serde(_))));

    let created = statuses::create_device_status(&client, APP, input(), None, None)?;
    statuses::delete_device_status(&client, APP, &created.id, None, None, None)?;
    holds("create-delete", created.last_sync_date_time.year() == 1);

    let mut page = statuses::list_device_statuses(&client, APP, None, None, None, None, Some(2), None, Some(true), None)?;
    let (count, mut seen) = (page.at_odata_count.unwrap_or(0), HashSet::new());
    loop {
        seen.extend(page.value.into_iter().map(|each| each.id));
        let Some(next) = page.at_odata_next_link else { break };
        let request = client.client.get(next).bearer_auth(env::var("TOKEN")?);
        page = request.send()?.json::<MobileAppInstallStatusCollectionResponse>()?;
    }
    holds("list-paging", count > 2 && seen.len() as i64 == count);
    Ok(())
}

fn text(value: &str) -> Option<Option<String>> {
    Some(Some(value.to_owned()))
}

fn is_named(status: &MobileAppInstallStatus) -> bool {
    status.device_name.as_deref() == Some("Named")
}

fn refused<T>(answer: Result<T, Error<UpdateDeviceStatusError>>) -> (u16, ODataError) {
    match answer {
        Err(Error::ResponseError(answer)) => match answer.entity {
            Some(UpdateDeviceStatusError::Status400(body)) => (answer.status.as_u16(), body),
            _ => exit(1),
        },
        _ => exit(1),
    }
}

fn holds(rule: &str, it: bool) {
    println!("{} {rule}", if it { "ok" } else { "not ok" });
    if !it {
        exit(1);
    }
}

/// What the generator cannot do, as long as it cannot.
fn cannot(rule: &str, why: &str, it: bool) {
    if it {
        println!("cannot {rule}: {why}");
    } else {
        holds(&format!("{rule} is said to be impossible, and is not"), false);
    }
}

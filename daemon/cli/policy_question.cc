#include "daemon/cli/policy_question.h"

#include "cache/base/clock.h"
#include "daemon/auth/policy/date.h"

namespace larder::cli {

namespace {

using policy::SubjectKind;

constexpr std::string_view kServiceAccountSubject = "system:serviceaccount:";

Error bad_option(std::string_view option, const std::string& got, std::string_view expected) {
  std::string text(option);
  return {Errc::invalid,
          text.append(": got ").append(printable(got)).append(", expected ").append(expected)};
}

// "shop/web" of "system:serviceaccount:shop:web"; empty for any other subject.
std::string account_of(const std::string& subject) {
  if (!subject.starts_with(kServiceAccountSubject)) return "";
  std::string account = subject.substr(kServiceAccountSubject.size());
  const std::size_t colon = account.find(':');
  if (colon == account.npos) return "";
  account[colon] = '/';
  return account;
}

std::string subject_of(std::string account) {
  account[account.find('/')] = ':';
  return std::string(kServiceAccountSubject) + account;
}

}  // namespace

Status PolicyQuestion::read_subject() {
  std::string& account = options_.service_account;
  if (account.empty()) account = account_of(options_.subject);
  if (account.empty()) return {};
  if (account.find('/') == account.npos && !options_.kube_namespace.empty()) {
    account = options_.kube_namespace + "/" + account;
  }
  const std::size_t slash = account.find('/');
  if (slash == account.npos) {
    return bad_option("--service-account", account, "NAMESPACE/NAME, or --namespace besides");
  }
  if (options_.kube_namespace.empty()) options_.kube_namespace = account.substr(0, slash);
  if (options_.kube_namespace != account.substr(0, slash)) {
    return bad_option("--namespace", options_.kube_namespace, account.substr(0, slash));
  }
  if (options_.subject.empty()) options_.subject = subject_of(account);
  return {};
}

Status PolicyQuestion::read_kind(policy::PolicyRequest& request) const {
  if (options_.subject_kind.empty()) {
    request.kind = !options_.service_account.empty() ? SubjectKind::service_account
                   : options_.subject.empty()        ? SubjectKind::anonymous
                                                     : SubjectKind::user;
    return {};
  }
  const auto kind = policy::find_subject_kind(options_.subject_kind);
  if (!kind) {
    return bad_option("--subject-kind", options_.subject_kind,
                      "anonymous, user, service-account, oidc or certificate");
  }
  if ((*kind == SubjectKind::anonymous) != options_.subject.empty()) {
    return bad_option("--subject-kind", options_.subject_kind,
                      "a --subject, and anonymous without one");
  }
  request.kind = *kind;
  return {};
}

Result<policy::PolicyRequest> PolicyQuestion::request() {
  Status subject = read_subject();
  if (!subject.ok()) return subject.error();
  const auto action = policy::find_action(options_.action);
  if (!action) {
    return bad_option("--action", options_.action,
                      "one of " + policy::names_of(policy::kEveryAction));
  }
  if (options_.resource.find('/') == options_.resource.npos) {
    return bad_option("--resource", options_.resource,
                      "HOST/REPOSITORY, as in docker.io/library/redis");
  }
  const auto source = policy::parse_address(options_.source_ip);
  if (!source && !options_.source_ip.empty()) {
    return bad_option("--source-ip", options_.source_ip, "an IP address");
  }
  const auto time =
      options_.time.empty() ? SystemClock().wall() : policy::parse_date(options_.time);
  if (!time) return bad_option("--time", options_.time, "a date such as 2026-01-31T08:30:00Z");
  policy::PolicyRequest request{.action = *action,
                                .resource = options_.resource,
                                .subject = options_.subject,
                                .issuer = options_.issuer,
                                .kube_namespace = options_.kube_namespace,
                                .service_account = options_.service_account,
                                .groups = options_.groups,
                                .listener = options_.listener,
                                .source_ip = source,
                                .is_secure = options_.is_secure,
                                .time = *time};
  Status kind = read_kind(request);
  if (!kind.ok()) return kind.error();
  return request;
}

}  // namespace larder::cli

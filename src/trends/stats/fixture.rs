//! Every function against what SciPy, statsmodels and pymannkendall say of the same numbers.

use serde_json::Value;

use super::*;

fn cases(of: &str) -> Vec<(String, Vec<Value>, Value)> {
    let fixture: Value = serde_json::from_str(include_str!("../../../tests/fixtures/stats.json")).unwrap();
    let cases = fixture["cases"].as_array().unwrap().iter().filter(|case| case["of"] == of);
    let case = |case: &Value| {
        let arguments = case["in"].as_array().unwrap().clone();
        (format!("{of}, {}", case["case"].as_str().unwrap()), arguments, case["out"].clone())
    };
    let cases: Vec<_> = cases.map(case).collect();
    assert!(!cases.is_empty(), "no case of {of}");
    cases
}

fn number(value: &Value) -> f64 {
    if value == "inf" { f64::INFINITY } else { value.as_f64().unwrap() }
}

fn whole(value: &Value) -> u64 {
    value.as_u64().unwrap()
}

fn numbers(value: &Value) -> Vec<f64> {
    value.as_array().unwrap().iter().map(number).collect()
}

#[track_caller]
fn same(case: &str, found: f64, expected: &Value) {
    let expected = number(expected);
    let near = (found - expected).abs() <= 1e-9 * expected.abs().max(1.0);
    assert!(found == expected || near, "{case}: {found} is not {expected}");
}

#[track_caller]
fn same_interval(case: &str, found: Option<Interval>, expected: &Value) {
    assert_eq!(found.is_none(), expected.is_null(), "{case}: {found:?} is not {expected}");
    if let Some(found) = found {
        same(case, found.low, &expected[0]);
        same(case, found.high, &expected[1]);
    }
}

#[track_caller]
fn within(case: &str, found: Interval, allowed: &Value) {
    let [a, b, c, d] = numbers(allowed)[..] else { panic!("{allowed} has not four ends") };
    assert!(a <= found.low && found.low <= b && c <= found.high && found.high <= d, "{case}: {found:?}, {allowed}");
}

#[test]
fn counts_agree() {
    for (case, of, expected) in cases("poisson_interval") {
        same_interval(&case, Some(poisson_interval(whole(&of[0]))), &expected);
    }
    for (case, of, expected) in cases("rate_ratio") {
        let found = rate_ratio(whole(&of[0]), number(&of[1]), whole(&of[2]), number(&of[3]));
        assert_eq!(found.is_none(), expected.is_null(), "{case}");
        if let Some(RateRatio { ratio, interval, p_value }) = found {
            for (found, expected) in
                [ratio, interval.low, interval.high, p_value].iter().zip(expected.as_array().unwrap())
            {
                same(&case, *found, expected);
            }
        }
    }
    for (case, of, expected) in cases("detectable_counts") {
        let (down, up) = detectable_counts(whole(&of[0]));
        assert_eq!((down, up), (expected[0].as_u64(), whole(&expected[1])), "{case}");
    }
}

#[test]
fn shares_agree() {
    for (case, of, expected) in cases("wilson_interval") {
        same_interval(&case, wilson_interval(whole(&of[0]), whole(&of[1])), &expected);
    }
    for (case, of, expected) in cases("fisher_exact") {
        let found = fisher_exact(whole(&of[0]), whole(&of[1]), whole(&of[2]), whole(&of[3]));
        assert_eq!(found.is_none(), expected.is_null(), "{case}");
        if let Some(found) = found {
            same(&case, found, &expected);
        }
    }
}

#[test]
fn durations_agree() {
    for (case, of, expected) in cases("estimates") {
        let found = estimates(&numbers(&of[0]));
        assert_eq!(found.is_none(), expected.is_null(), "{case}");
        let Some(found) = found else { continue };
        same(&case, found.median, &expected["median"]);
        same(&case, found.geometric_mean, &expected["geometric_mean"]);
        assert_eq!(found.p90.is_none(), expected["p90"].is_null(), "{case}");
        if let Some(p90) = found.p90 {
            same(&case, p90, &expected["p90"]);
        }
        same_interval(&case, found.p90_interval, &expected["p90_interval"]);
        if found.method != Method::Bootstrap {
            same_interval(&case, found.median_interval, &expected["median_interval"]);
            same_interval(&case, found.geometric_mean_interval, &expected["geometric_mean_interval"]);
        }
    }
    for (case, of, expected) in cases("bootstrap") {
        let found = estimates(&numbers(&of[0])).unwrap();
        assert_eq!(found.method, Method::Bootstrap, "{case}");
        let all_equal = numbers(&of[0]).windows(2).all(|pair| pair[0] == pair[1]);
        for (interval, expected) in [
            (found.median_interval.unwrap(), &expected["median"]),
            (found.geometric_mean_interval.unwrap(), &expected["geometric_mean"]),
        ] {
            if all_equal {
                same(&case, interval.low, &expected[0]);
                same(&case, interval.high, &expected[3]);
            } else {
                within(&case, interval, expected);
            }
        }
    }
}

#[test]
fn survival_agrees() {
    for (case, of, expected) in cases("kaplan_meier") {
        let pair = |pair: &Value| (number(&pair[0]), pair[1].as_bool().unwrap());
        let found = kaplan_meier(&of[0].as_array().unwrap().iter().map(pair).collect::<Vec<_>>());
        let expected = expected.as_array().unwrap();
        assert_eq!(found.len(), expected.len(), "{case}");
        for (found, expected) in found.iter().zip(expected) {
            same(&case, found.time, &expected[0]);
            let counts = [found.at_risk, found.resolved, found.censored];
            assert_eq!(counts, [1, 2, 3].map(|at| whole(&expected[at])), "{case}");
            same(&case, found.surviving, &expected[4]);
            same_interval(&case, found.interval, &expected[5]);
        }
    }
}

#[test]
fn comparisons_agree() {
    for (case, of, expected) in cases("permutation_test") {
        let found = permutation_test(&numbers(&of[0]), &numbers(&of[1]));
        assert_eq!(found.is_none(), expected.is_null(), "{case}");
        if let Some(found) = found {
            same(&case, found, &expected);
        }
    }
    for (case, of, expected) in cases("permutation_test_random") {
        let found = permutation_test(&numbers(&of[0]), &numbers(&of[1])).unwrap();
        assert!(number(&expected[0]) <= found && found <= number(&expected[1]), "{case}: {found}, {expected}");
    }
    for (case, of, expected) in cases("detectable_ratio") {
        let found = detectable_ratio(&numbers(&of[0]), &numbers(&of[1]));
        assert_eq!(found.is_none(), expected[0].is_null(), "{case}");
        if let Some(found) = found {
            same(&case, found, &expected[0]);
            let power = number(&expected[1]);
            assert!((0.76..=0.82).contains(&power), "{case}: the power is {power}");
        }
    }
    for (case, of, expected) in cases("ratio_interval") {
        same_interval(&case, ratio_interval(&numbers(&of[0]), &numbers(&of[1])), &expected);
    }
    for (case, of, expected) in cases("ratio_bootstrap") {
        within(&case, ratio_interval(&numbers(&of[0]), &numbers(&of[1])).unwrap(), &expected);
    }
    for (case, of, expected) in cases("benjamini_hochberg") {
        let found = benjamini_hochberg(&numbers(&of[0]));
        assert_eq!(found.len(), expected.as_array().unwrap().len(), "{case}");
        found.iter().zip(expected.as_array().unwrap()).for_each(|(found, expected)| same(&case, *found, expected));
    }
}

#[test]
fn means_agree() {
    for (case, of, expected) in cases("mean_interval") {
        let found = mean_interval(&numbers(&of[0]));
        assert_eq!(found.is_none(), expected.is_null(), "{case}");
        if let Some(found) = found {
            within(&case, found, &expected);
        }
    }
}

#[test]
fn trends_agree() {
    for (case, of, expected) in cases("mann_kendall") {
        let found = mann_kendall(&numbers(&of[0]));
        assert_eq!(found.is_none(), expected.is_null(), "{case}");
        if let Some(found) = found {
            same(&case, found.s, &expected[0]);
            same(&case, found.p_value, &expected[1]);
        }
    }
    for (case, of, expected) in cases("theil_sen") {
        let points: Vec<_> = of[0].as_array().unwrap().iter().map(|p| (number(&p[0]), number(&p[1]))).collect();
        let found = theil_sen(&points);
        assert_eq!(found.is_none(), expected.is_null(), "{case}");
        if let Some(Slope { slope, interval }) = found {
            same(&case, slope, &expected[0]);
            same_interval(&case, Some(interval), &Value::from(expected.as_array().unwrap()[1..].to_vec()));
        }
    }
}

#[test]
fn nothing_repeated_gives_the_same_interval_twice() {
    let sample: Vec<f64> = (1..=30).map(|n| f64::from(n * n)).collect();
    assert_eq!(estimates(&sample), estimates(&sample));
    assert_eq!(permutation_test(&sample[..15], &sample[15..]), permutation_test(&sample[..15], &sample[15..]));
    assert_eq!(largest_share(&[]), None);
    assert_eq!(largest_share(&[0.0, 0.0]), None);
    assert_eq!(largest_share(&[1.0, 3.0]), Some((2.0, 0.75)));
}
